// What the suite expects to read, in the words that it looks for.

/** A PNG of one pixel. */
const IMAGE = {
  type: 'image' as const,
  mimeType: 'image/png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
};

/** A WAV file without samples. */
const AUDIO = {
  type: 'audio' as const,
  mimeType: 'audio/wav',
  data: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=',
};

export const text = (value: string) => ({ type: 'text' as const, text: value });

const embedded = (uri: string, mimeType: string, value: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: value },
});

export const CONTENTS = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [IMAGE],
  test_audio_content: [AUDIO],
  test_embedded_resource: [embedded('test://embedded', 'text/plain', 'An embedded resource.')],
  test_multiple_content_types: [
    text('Several types of content.'),
    IMAGE,
    embedded('test://mixed', 'application/json', '{"test":"data","value":123}'),
  ],
};

export const RESOURCES = [
  {
    uri: 'test://static-text',
    mimeType: 'text/plain',
    content: { text: 'This is the content of the static text resource.' },
  },
  { uri: 'test://static-binary', mimeType: 'image/png', content: { blob: IMAGE.data } },
  { uri: 'test://watched-resource', mimeType: 'text/plain', content: { text: 'A resource to subscribe to.' } },
];

/** The content of `test://template/{id}/data`. */
export const templateData = (id: unknown): string => JSON.stringify({ id, templateTest: true, data: `Data of ${id}` });

type Arguments = Readonly<Record<string, string>>;
const says = (content: unknown) => ({ role: 'user' as const, content: content as ReturnType<typeof text> });

/** By name: the arguments, and what the prompt says. */
export const PROMPTS: Record<
  string,
  { args: readonly string[]; messages: (args: Arguments) => ReturnType<typeof says>[] }
> = {
  test_simple_prompt: { args: [], messages: () => [says(text('This is a simple prompt for testing.'))] },
  test_prompt_with_arguments: {
    args: ['arg1', 'arg2'],
    messages: ({ arg1, arg2 }) => [says(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
  },
  test_prompt_with_embedded_resource: {
    args: ['resourceUri'],
    messages: ({ resourceUri = '' }) => [
      says(embedded(resourceUri, 'text/plain', 'An embedded resource.')),
      says(text('Please process the embedded resource.')),
    ],
  },
  test_prompt_with_image: { args: [], messages: () => [says(IMAGE), says(text('Please analyze the image.'))] },
};
