import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/collector/store/cell-store.js';
import { openDatabase } from '../../src/collector/store/open.js';
import { fillYear } from '../../src/simulation/year.js';
import { testHome } from '../support/home.js';

const SHORT = { today: '2026-11-23', installs: 5, days: 10 } as const;

async function contentOf(db: string) {
  const store = openStore(await openDatabase(db));
  const content = store.days().map((day) => [day, store.read(day)] as const);
  store.close();
  return content;
}

test('what an interrupted run left is not in the file of the next one', async () => {
  const { folder } = testHome();
  const [whole, repeated] = [join(folder, 'whole.db'), join(folder, 'repeated.db')];
  await fillYear({ ...SHORT, db: whole });
  await fillYear({ ...SHORT, seed: 2, db: `${repeated}.unfinished` }); // as if it had been interrupted
  await fillYear({ ...SHORT, db: repeated });
  expect(await contentOf(repeated)).toEqual(await contentOf(whole));
  expect(existsSync(`${repeated}.unfinished`)).toBe(false);
});

test('a second run beside the first is refused, and the first one goes on', async () => {
  const db = join(testHome().folder, 'year.db');
  let second: Promise<unknown> | undefined;
  const meanwhile = () => {
    second ??= fillYear({ ...SHORT, db }).catch((error: unknown) => error);
  };
  expect(await fillYear({ ...SHORT, db, onProgress: meanwhile })).toBeGreaterThan(10);
  expect(await second).toMatchObject({ code: 'COLLECTOR' });
  expect(await fillYear({ ...SHORT, db })).toBe(0);
});
