export * from './library/browser.js';
