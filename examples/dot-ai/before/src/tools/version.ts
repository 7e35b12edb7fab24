import { json, type Tool } from './tool';

export const VERSION = '1.0.0';

export const version: Tool = {
  name: 'version',
  description: 'Says what runs here and how it is',
  inputSchema: {},
  async handle() {
    return json({ status: 'success', version: VERSION });
  },
};
