// Takes the place of what build.ts lists as UNCALLED.
export default {};

// @babel/code-frame's. It is called for a damaged config file, to quote it in a message that nobody sees: settings are not for quoting.
export const codeFrameColumns = () => '';
