import { type History, type HistoryDay, rowsIn } from '../core/inspect/history.js';
import { csvText } from '../platform/csv-text.js';
import { isCount, isName } from '../schema/field.js';
import { kindOf, propertiesOf } from '../schema/fields.js';
import type { Row } from '../schema/report.js';

/** One line for each day, event, name and measure, so that a spreadsheet can turn any of them into columns. */
export function historyCsv({ days }: History): string {
  const lines = days.flatMap((day) => rowsIn([day]).flatMap((row) => linesOf(day, row)));
  return csvText(['day', 'source', 'event', 'name', 'measure', 'value'], lines);
}

function linesOf({ day, sources }: HistoryDay, { event, properties }: Row): (string | number)[][] {
  const fields = [...propertiesOf(kindOf(event))];
  const name = fields.flatMap(([name, field]) => (isName(field) ? [properties[name]] : [])).join(' > ');
  const measures = fields.filter(([measure, field]) => isCount(field) && properties[measure] !== undefined);
  return measures.map(([measure]) => [day, sources.join(' '), event, name, measure, Number(properties[measure])]);
}
