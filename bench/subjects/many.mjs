// @ts-check
// many.mjs CALLS URL: as many calls of dot-ai's nine tools, one in twenty failing, and then their report.
import { loadLibrary } from '../ours.mjs';

const { createAnalytics, dotAiVocabulary } = await loadLibrary();
const [calls, url = ''] = process.argv.slice(2);
const analytics = createAnalytics({
  ...dotAiVocabulary,
  hint: false,
  ephemeral: true,
  posthog: { host: url, key: 'phc_bench' },
});
const RESULT = { content: [] };
const FAILURE = { content: [], isError: true };
const work = async () => RESULT;
const failing = async () => FAILURE;
const tools = dotAiVocabulary.tools;
let session = analytics.session();
for (let i = 0; i < Number(calls); i += 1) {
  if (i % 12 === 0) session = analytics.session();
  await session.run(tools[(i * 7 + (i >> 4)) % tools.length] ?? 'other', i % 20 === 0 ? failing : work);
}
await analytics.close();
console.log('{}');
