import { isName } from '../../schema/field.js';
import { kindOf, propertiesOf } from '../../schema/fields.js';
import { MAX_ROWS } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import { roundCount } from '../../schema/rounding.js';
import { type Draft, draftRows, fold } from './drafts.js';
import type { Totals } from './totals.js';

/** What has been reported in the same ISO week and in the same month already: keys as `keyOf` makes them. */
export interface Seen {
  readonly week: ReadonlySet<string>;
  readonly month: ReadonlySet<string>;
}

/** The key under which a row's `first_this_week` and `first_this_month` are looked up: its event and its names. */
export function keyOf({ event, properties }: Row): string {
  const names = kindOf(event).fields.filter(isName);
  return [event, ...names.map(({ name }) => properties[name])].join(' ');
}

interface RowOptions {
  /** At most this many rows; beyond that the least used names fold into `other`. */
  readonly rows?: number;
  /** The schema that was accepted. */
  readonly schema: number;
  /** Undefined where the folder does not outlive the process: then nobody can know, and the flags are left out. */
  readonly seen: Seen | undefined;
}

/** The rows of one day. Pure, in a fixed order: shuffling and ids come when the report is frozen. */
export function rowsOf(totals: Totals, { rows = MAX_ROWS, schema, seen }: RowOptions): Row[] {
  const accepted = draftRows(totals).filter(({ event }) => kindOf(event).since <= schema);
  return fold(accepted, rows).map((row) => finish(row, schema, seen));
}

/** Rounds, leaves zeros out, keeps only the accepted schema's fields, in the field table's order. */
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
