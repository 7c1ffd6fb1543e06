/* The search lists pages that are named after the query first, and pages on the design and the changelog last. The other
   numbers are Sphinx's own. */
var Scorer = {
  score: ([docname, title, anchor, description, score]) => {
    const query = new URLSearchParams(window.location.search).get("q") ?? "";
    const stem = query.trim().toLowerCase().slice(0, 4); // "retry" and "retries"
    if (docname.startsWith("design") || docname === "changelog") return score - 30;
    return stem.length === 4 && !anchor && docname.startsWith(stem) ? score + 20 : score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
