// Takes the place of @babel/code-frame in the bundles. parse-json (below cosmiconfig's JSON loader) would quote the
// user's settings in its message, which nobody sees, and for that load `tty` and with it `net` into the host, even
// while analytics is off (P1).
export function codeFrameColumns() {
  return '';
}
