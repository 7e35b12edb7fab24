// Takes the place of the modules that build.ts lists as UNCALLED.
export default {};

// From @babel/code-frame. It is called for a damaged config file, to quote it in a message that nobody sees: a setting is
// not for quoting.
export const codeFrameColumns = () => '';
