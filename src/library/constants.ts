/** Width of the answers that neurons give each other. */
export const networkDim = 1024;

/** Entries of GPT-2's vocabulary, whose ids text travels as. */
export const vocabSize = 50_257;
