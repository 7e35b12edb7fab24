// The names that the servers declare. The library counts any other name as `other`.
import { readFileSync } from 'node:fs';

const EVERYTHING: string[] = JSON.parse(
  readFileSync(new URL('../../examples/everything/tools.json', import.meta.url), 'utf8'),
);

/** The tools that the suite calls most. */
const CALLED_BY_THE_SUITE = [
  'test_simple_text',
  'test_image_content',
  'test_audio_content',
  'test_embedded_resource',
  'test_multiple_content_types',
  'test_tool_with_logging',
  'test_tool_with_progress',
  'test_error_handling',
  'test_reconnection',
  'test_sampling',
  'test_elicitation',
];

export const vocabulary = { tools: [...EVERYTHING, ...CALLED_BY_THE_SUITE], features: [] };
