"""The distribution: what ``make dist`` builds, and how it is tried in bare environments."""
