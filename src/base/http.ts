// What answers over HTTP. Not in the index: what handles keys must load nothing that opens sockets.
export * from './local-http.js';
export * from './static-site.js';
