/** The page docs/problems.md, from the catalogue. */
export function problemsPage(): string;
