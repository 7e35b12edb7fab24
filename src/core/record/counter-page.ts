import { MAX_COUNT } from '../../schema/limits.js';

/*
 * The counts of one process and one UTC day, as the bytes of its spool file. Memory and disk hold the same text, so
 * one positioned write brings a call to disk:
 *
 *     dot-ai-analytics spool 1 2026-11-23                         line 0, SLOT_BYTES long, padded with spaces
 *     tool recommend successes=0012 latency_le_1000=0011 …          one per key, SLOT_BYTES long, ends in a newline
 *     feature helm uses=0003 …
 *
 * A cell has four digits and saturates. Its place never changes, so an increment overwrites digits in place. When a
 * line is full, another line of the same key continues it, and a reader adds them up. SLOT_BYTES divides the size of
 * the kernel's page, within which a write is whole or absent, even if the process is killed during it. Keys and cells
 * are members of the vocabulary, so the page has a bound that does not depend on the number of calls.
 */

export const SLOT_BYTES = 512;
const DIGITS = 4;
const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const INITIAL_SLOTS = 8;

/** Counts by line key (`tool recommend`) and cell (`successes`). */
export type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

interface Line {
  /** The position of the first unused byte in the line's last slot. */
  end: number;
  readonly cells: Map<string, number>;
}

export interface Page {
  readonly day: string;
  /** A different number for each page of a process. It tells whether an earlier count is on this page. */
  readonly generation: number;
  /** Adds one to each of the cells on a line. */
  add(line: string, cells: readonly string[]): void;
  /** The whole page, as it is on disk. Valid until the next `add`. */
  bytes(): Buffer;
  /**
   * Calls `write` with each range of changed bytes, which lies within one slot, and forgets it. Their place in the
   * buffer is their place in the file.
   */
  flush(write: (buffer: Buffer, from: number, length: number) => void): void;
}

export function createPage(day: string, generation = 1): Page {
  let buffer = Buffer.alloc(SLOT_BYTES * INITIAL_SLOTS, SPACE);
  let slots = 0;
  const lines = new Map<string, Line>();
  /** The range that changed last; a call changes one line, which is one range. Empty if nothing has changed. */
  let from = 0;
  let to = 0;
  /** Ranges in other slots that changed before it, as pairs of begin and end. */
  let earlier: number[] = [];

  function touch(begin: number, end: number): void {
    if (from === to) [from, to] = [begin, end];
    else if (slotOf(from) === slotOf(begin)) [from, to] = [Math.min(from, begin), Math.max(to, end)];
    else {
      earlier.push(from, to);
      [from, to] = [begin, end];
    }
  }

  function openSlot(text: string): number {
    if ((slots + 1) * SLOT_BYTES > buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length, SPACE)]);
    const start = slots * SLOT_BYTES;
    buffer.write(`${text} `, start, 'latin1');
    buffer[start + SLOT_BYTES - 1] = NEWLINE;
    slots += 1;
    touch(start, start + SLOT_BYTES);
    return start + text.length + 1;
  }

  function lineOf(key: string): Line {
    let line = lines.get(key);
    if (line === undefined) {
      line = { end: openSlot(key), cells: new Map() };
      lines.set(key, line);
    }
    return line;
  }

  function openCell(key: string, line: Line, cell: string): number {
    const length = cell.length + 1 + DIGITS + 1;
    const room = SLOT_BYTES - 1 - (line.end % SLOT_BYTES);
    if (line.end % SLOT_BYTES === 0 || room < length) line.end = openSlot(key);
    buffer.write(`${cell}=0000 `, line.end, 'latin1');
    const digits = line.end + cell.length + 1;
    touch(line.end, digits);
    line.end += length;
    line.cells.set(cell, digits);
    return digits;
  }

  openSlot(headerOf(day));
  return {
    day,
    generation,
    add(key, cells) {
      const line = lineOf(key);
      for (const cell of cells) {
        const digits = line.cells.get(cell) ?? openCell(key, line, cell);
        if (increment(buffer, digits)) touch(digits, digits + DIGITS);
      }
    },
    bytes: () => buffer.subarray(0, slots * SLOT_BYTES),
    flush(write) {
      for (let at = 0; at < earlier.length; at += 2) {
        write(buffer, earlier[at] as number, (earlier[at + 1] as number) - (earlier[at] as number));
      }
      if (from < to) write(buffer, from, to - from);
      from = to;
      if (earlier.length > 0) earlier = [];
    },
  };
}

const slotOf = (at: number): number => at - (at % SLOT_BYTES);

function headerOf(day: string): string {
  return `dot-ai-analytics spool 1 ${day}`;
}

/** Adds one to the four digits in place. False if they are saturated. */
function increment(buffer: Buffer, start: number): boolean {
  for (let at = start + DIGITS - 1; at >= start; at -= 1) {
    if ((buffer[at] as number) < NINE) {
      (buffer[at] as number) += 1;
      return true;
    }
    buffer[at] = ZERO;
  }
  buffer.fill(NINE, start, start + DIGITS);
  return false;
}

const KEY = /^(tool|feature|provider) [A-Za-z][A-Za-z0-9_]{0,39}$/;
const CELL = /^([a-z][A-Za-z0-9_]{0,60})=(\d{4})$/;

/**
 * Reads the counts of a page. Skips everything that does not match the format above (a torn tail, a foreign line, a
 * damaged cell), so that a damaged file can lose counts but never invent them. Without the header there are no counts.
 */
export function parsePage(text: string, day: string): Counts {
  const [header, ...lines] = text.split('\n');
  const counts = new Map<string, Map<string, number>>();
  if (header?.trimEnd() !== headerOf(day)) return counts;
  for (const line of lines) {
    const [kind, name, ...cells] = line.trimEnd().split(' ');
    const key = `${kind} ${name}`;
    if (!KEY.test(key)) continue;
    for (const cell of cells) {
      const [, counter, digits] = CELL.exec(cell) ?? [];
      if (counter !== undefined) addCount(counts, key, counter, Number(digits));
    }
  }
  return counts;
}

/** Adds to one count, at most up to MAX_COUNT. */
export function addCount(counts: Map<string, Map<string, number>>, key: string, cell: string, count: number): void {
  if (count === 0) return;
  const line = counts.get(key) ?? new Map<string, number>();
  line.set(cell, Math.min((line.get(cell) ?? 0) + count, MAX_COUNT));
  counts.set(key, line);
}
