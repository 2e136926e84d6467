// Exports nothing.
export {};
