/** By which column a list is in order, and whether the most stands first. */
export interface Sorting {
  key: string;
  down: boolean;
}
