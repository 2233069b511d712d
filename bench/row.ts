/** One line of the result. `ratio` is value over limit, the limit being what the same machine does bare in the same run. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  limit: number | null;
  ratio: number | null;
  target: string;
  met: boolean;
}
