/** A dependency of this example alone, which the clone does not install. Importing it starts the server. */
declare module '@modelcontextprotocol/server-everything/dist/index.js' {
  export {};
}
