// @ts-check
/**
 * Counts the writes of this process from now on; call it before the library is loaded, and
 * `syncBuiltinESMExports()` after it. What is counted are calls of `fs.writeSync`, each of which is one pwrite(2) or
 * write(2).
 *
 * @param {Pick<typeof import('node:fs'), 'writeSync'>} fs
 * @returns the number of writes so far
 */
export function countWrites(fs) {
  let writes = 0;
  const { writeSync } = fs;
  fs.writeSync = /** @type {typeof writeSync} */ (
    (/** @type {unknown[]} */ ...args) => {
      writes += 1;
      return Reflect.apply(writeSync, fs, args);
    }
  );
  return () => writes;
}
