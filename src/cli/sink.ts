import { fstatSync, statSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';

/** Where output prints to. A terminal has a size, all else has none. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/**
 * stdout (1) or stderr (2). Only a terminal needs Node's stream, which loads all of `node:stream`, and for a pipe also
 * `net`: a fifth of what `status` costs. Everything else is written synchronously, as Node's own streams do.
 */
export function openSink(descriptor: 1 | 2, onError: (error: NodeJS.ErrnoException) => void): Sink {
  if (mayBeTerminal(descriptor)) return (descriptor === 1 ? process.stdout : process.stderr).on('error', onError);
  return {
    write(text) {
      try {
        writeAll(descriptor, Buffer.from(text));
      } catch (error) {
        onError(error as NodeJS.ErrnoException);
      }
    },
  };
}

function mayBeTerminal(descriptor: number): boolean {
  const stat = fstatSync(descriptor);
  return stat.isCharacterDevice() && stat.rdev !== statSync(devNull, { throwIfNoEntry: false })?.rdev;
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      pause(); // a pipe that another process has made non-blocking is full
    }
  }
}

const PAUSE_MS = 5;

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
