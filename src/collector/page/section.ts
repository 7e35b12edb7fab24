import type { Row } from './api.js';
import type { Option } from './charts.js';

/** One question of the page: what it asks, in a sentence what the answer is, the picture, and the table behind it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly wide?: boolean;
  readonly tall?: boolean;
  /** Undefined where there is nothing to draw. */
  readonly chart?: Option;
  readonly table: readonly Row[];
  readonly suppressed: boolean;
}
