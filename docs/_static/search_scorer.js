/* The search lists guides before pages on the design and the changelog. The other numbers are Sphinx's own. */
var Scorer = {
  score: ([docname, title, anchor, description, score]) =>
    docname.startsWith("design") || docname === "changelog" ? score - 30 : score,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
