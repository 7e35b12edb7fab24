import type { Row } from './api.js';
import type { Option } from './charts.js';

/** One question of the page: the question, the answer in a sentence, the chart, and its data as a table. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly wide?: boolean;
  readonly tall?: boolean;
  /** Undefined if there is nothing to draw. */
  readonly chart?: Option;
  readonly table: readonly Row[];
  readonly suppressed: boolean;
}
