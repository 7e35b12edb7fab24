import { isName } from '../../schema/field.js';
import { kindOf, propertiesOf } from '../../schema/fields.js';
import { MAX_ROWS } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import { roundCount } from '../../schema/rounding.js';
import { type Draft, draftRows, fold } from './drafts.js';
import type { Totals } from './totals.js';

/** The keys (see `keyOf`) of the rows that were already reported in the same ISO week and month. */
export interface Seen {
  readonly week: ReadonlySet<string>;
  readonly month: ReadonlySet<string>;
}

/** The key by which `first_this_week` and `first_this_month` recognize a row: its event and its names. */
export function keyOf({ event, properties }: Row): string {
  const names = kindOf(event).fields.filter(isName);
  return [event, ...names.map(({ name }) => properties[name])].join(' ');
}

interface RowOptions {
  /** At most this many rows. The least used names are folded into `other` until they fit. */
  readonly rows?: number;
  /** The schema that was accepted. */
  readonly schema: number;
  /** Undefined if the folder does not outlive the process: earlier reports are unknown, and the flags are left out. */
  readonly seen: Seen | undefined;
  /** True leaves out `active_install`, because another report of the same process and day has it. */
  readonly isContinued?: boolean | undefined;
}

/** Makes the rows of one day, in a fixed order. Freezing shuffles them and draws their ids. */
export function rowsOf(totals: Totals, { rows = MAX_ROWS, schema, seen, isContinued = false }: RowOptions): Row[] {
  const isWanted = ({ event }: Draft) => kindOf(event).since <= schema && !(isContinued && event === 'active_install');
  const accepted = draftRows(totals).filter(isWanted);
  return fold(accepted, rows).map((row) => finish(row, schema, seen));
}

/** Keeps the fields of the accepted schema, in the order of the field table. Rounds counts and omits zeros. */
function finish({ event, names, counts }: Draft, schema: number, seen: Seen | undefined): Row {
  const key = keyOf({ event, properties: names });
  const flags: Readonly<Record<string, boolean>> =
    seen === undefined ? {} : { first_this_week: !seen.week.has(key), first_this_month: !seen.month.has(key) };
  const properties: Record<string, string | number | true> = {};
  for (const [name, field] of propertiesOf(kindOf(event), schema)) {
    if (isName(field)) properties[name] = names[name] as string;
    else if (field.values === 'flag') {
      if (flags[name]) properties[name] = true;
    } else {
      const count = roundCount(counts.get(name) ?? 0);
      if (count > 0) properties[name] = count;
    }
  }
  return { event, properties };
}
