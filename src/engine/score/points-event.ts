/** What a journey's step writes when it adds points to a score: `score`, `points`, `because`. Nobody else may send it. */
export const pointsEvent = 'Points Added';
