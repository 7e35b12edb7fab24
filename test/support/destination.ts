import { createHash } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { readReport } from '../../src/core/deliver/outbox.js';
import { readReceipt } from '../../src/core/deliver/receipts.js';
import { listReceipts } from '../../src/core/deliver/report-files.js';
import { openEnvelope } from '../../src/schema/envelope.js';
import type { Vocabulary } from '../../src/schema/vocabulary.js';
import { type MemoryDestination, memoryDestination } from '../../src/testing/index.js';
import type { TestHome } from './home.js';
import { vocabulary } from './tracker.js';

/** Names that the servers of these tests declare, beside dot-ai's. */
const KNOWN = { tools: [...vocabulary.tools, 'sync'], features: vocabulary.features };

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/**
 * A destination that asserts three promises when the test ends, about everything that ever arrived:
 *
 * - P3: every string of every report is of the closed world.
 * - P7: a day and its ids never arrived with other bytes.
 * - P5: every report that `home` says was delivered is kept there, with the bytes that were received.
 *
 * So a test whose own assertions pass can still fail here.
 */
export async function checkingDestination(home?: TestHome, known: Vocabulary = KNOWN): Promise<MemoryDestination> {
  const received = await memoryDestination();
  onTestFinished(async () => {
    await received.close();
    const bodies = received.requests.map(({ body }) => body.toString());
    for (const body of bodies) expect(openEnvelope(body, known)).toHaveProperty('report');
    const arrived = new Set(bodies.map(sha256));
    const ids = [...new Set(bodies)].flatMap((body) =>
      JSON.parse(body).batch.map(({ uuid }: { uuid: string }) => uuid),
    );
    expect(new Set(ids).size).toBe(ids.length);
    if (home === undefined) return;
    for (const name of listReceipts(home.paths)) {
      const receipt = readReceipt(home.paths, name);
      if (receipt?.outcome !== 'delivered') continue;
      const kept = readReport(home.paths.sent, name)?.sha256;
      expect([kept, arrived.has(receipt.sha256)]).toEqual([receipt.sha256, true]);
    }
  });
  return received;
}
