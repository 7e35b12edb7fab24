import type { Table } from './table.js';

export interface RunOptions {
  /** Less of everything. */
  readonly quick: boolean;
  /** Reports progress. */
  readonly say: (text: string) => void;
}

/** The answer to one question: tables to read, and figures that budgets judge. */
export interface Section<Figures> {
  readonly tables: readonly Table[];
  readonly figures: Figures;
}
