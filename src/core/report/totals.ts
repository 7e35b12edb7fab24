import { SUBJECTS, type Subject } from '../../schema/field.js';
import { type Fold, foldInto, foldProvider, START, type Vocabulary } from '../../schema/vocabulary.js';
import { fromCell, isFieldCell, lineOf, NTH_CELLS } from '../record/cells.js';
import { addCount, type Counts } from '../record/counter-page.js';

/** The counts of one name by cell, exact up to 9999. */
export type Cells = ReadonlyMap<string, number>;

/** The counts of one day, over all processes, by name. Every name is in the vocabulary, and every cell is known. */
export type Totals = Readonly<Record<Subject, ReadonlyMap<string, Cells>>>;

/**
 * Adds up the pages of a day. Names are folded again here, because a server with another vocabulary, or a person, may
 * have written the page.
 */
export function mergePages(pages: readonly Counts[], vocabulary: Vocabulary): Totals {
  const fold = foldsFor(vocabulary);
  const merged = new Map<string, Map<string, number>>();
  for (const page of pages) {
    for (const [line, cells] of page) {
      const [subject, name] = line.split(' ') as [Subject, string];
      const key = lineOf(subject, fold[subject](name));
      for (const [cell, count] of cells) {
        const known = knownCell(subject, cell, fold.tool);
        if (known !== undefined) addCount(merged, key, known, count);
      }
    }
  }
  return {
    tool: linesOf(merged, 'tool'),
    feature: linesOf(merged, 'feature'),
    provider: linesOf(merged, 'provider'),
  };
}

/** True if there is nothing to report. */
export function isEmpty(totals: Totals): boolean {
  return SUBJECTS.every((subject) => totals[subject].size === 0);
}

function foldsFor({ tools, features }: Vocabulary): Readonly<Record<Subject, Fold>> {
  return { tool: foldInto(tools), feature: foldInto(features), provider: foldProvider };
}

const FROM = fromCell('');

/** The cell's name with the tool in it folded; undefined if no row is made of such a cell. */
function knownCell(subject: Subject, cell: string, foldTool: Fold): string | undefined {
  if (isFieldCell(subject, cell)) return cell;
  if (subject !== 'tool') return undefined;
  if (NTH_CELLS.includes(cell)) return cell;
  if (!cell.startsWith(FROM)) return undefined;
  const name = cell.slice(FROM.length);
  return name === START ? cell : fromCell(foldTool(name));
}

function linesOf(merged: ReadonlyMap<string, Cells>, subject: Subject): Map<string, Cells> {
  const prefix = lineOf(subject, '');
  return new Map(
    [...merged].flatMap(([line, cells]) => (line.startsWith(prefix) ? [[line.slice(prefix.length), cells]] : [])),
  );
}
