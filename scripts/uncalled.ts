// Takes the place of the modules that build.ts lists as UNCALLED.
export default {};

// In place of @babel/code-frame, which quotes a damaged config file in a message that nobody sees. Settings are not
// quoted.
export const codeFrameColumns = () => '';
