import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bertVocabulary, gpt2Vocabulary, smallBertIds } from '../../../src/model/data/vocabularies.js';
import { BERT_SPECIAL, bertTokenizer, gpt2Tokenizer } from '../../../src/model/index.js';

const FOX = 'The quick brown fox jumped over the lazy dog';
const runs = { seed: 7, numRuns: 300 };
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 }));

describe('the tokenizer of GPT-2', () => {
  const whole = gpt2Tokenizer(50_257);
  const small = gpt2Tokenizer();

  it('makes nine ids of the sentence of the documents', () => {
    expect([...whole.encode(FOX)]).toEqual([464, 2068, 7586, 21831, 11687, 625, 262, 16931, 3290]);
    expect(whole.decode(whole.encode(FOX))).toBe(FOX);
  });

  it('has 1,024 entries by default, the first ones, and gives the same ids as far as they go', () => {
    expect([whole.vocabSize, small.vocabSize]).toEqual([50_257, 1024]);
    expect([...small.encode(' the man')]).toEqual([...whole.encode(' the'), 582]);
    expect(Math.max(...small.encode(FOX))).toBeLessThan(1024);
    expect(small.decode(small.encode(FOX))).toBe(FOX);
  });

  it('loses nothing of any text', () => {
    fc.assert(
      fc.property(anyText, text => {
        for (const tokenizer of [whole, small]) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      runs,
    );
  });

  it('reads an id beyond the small vocabulary as the last piece of what the small one makes of it', () => {
    const classes = small.classOfId();
    expect(classes.length).toBe(50_257);
    const { pieces } = gpt2Vocabulary();
    for (let id = 1000; id < 50_000; id += 61) {
      const text = whole.decode([id]);
      if (text.includes('\uFFFD')) continue;
      expect(classes[id], pieces[id]).toBe(small.encode(text).at(-1));
    }
    expect(classes[50_256]).toBe(small.encode('\n')[0]);
    expect([...whole.classOfId()]).toEqual(Array.from({ length: 50_257 }, (_, id) => id));
  });

  it('reads the end of a text only where it is asked to', () => {
    expect([...whole.encode('a<|endoftext|>b', { special: true })]).toEqual([64, 50_256, 65]);
    expect([...whole.encode('a<|endoftext|>b')]).not.toContain(50_256);
    expect(whole.special).toEqual({ end: 50_256 });
    expect(small.special).toEqual({});
  });
});

describe('the tokenizer of BERT', () => {
  const whole = bertTokenizer(30_522);
  const small = bertTokenizer();

  it('has the vocabulary of bert-base-uncased, whose entry 1 the package lacks', () => {
    const pieces = bertVocabulary();
    expect(new Set(pieces).size).toBe(30_522);
    expect([0, 1, 100, 101, 102, 103, 1996, 2015].map(id => pieces[id])).toEqual([
      '[PAD]',
      '[unused0]',
      '[UNK]',
      '[CLS]',
      '[SEP]',
      '[MASK]',
      'the',
      '##s',
    ]);
  });

  it('makes the ids that are known of bert-base-uncased', () => {
    expect([...whole.encode('Hello, world!')]).toEqual([7592, 1010, 2088, 999]);
    expect([...whole.encode('Replace me by any text')]).toEqual([5672, 2033, 2011, 2151, 3793]);
    expect(whole.decode(whole.encode("It isn't unaffable, Müller."))).toBe("it isn ' t unaffable, muller.");
  });

  it('has 1,024 entries by default: special ones, ASCII characters as words and pieces, and the most frequent words', () => {
    const pieces = bertVocabulary();
    const names = new Set([...smallBertIds()].map(id => pieces[id]!));
    expect(names.size).toBe(1024);
    for (const name of ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '~', 'a', '##z', '##9', 'the', 'of', '##ing']) {
      expect(names, name).toContain(name);
    }
    const ids = small.encode('The zebra of 1849');
    expect(small.decode(ids)).toBe('the zebra of 1849');
    expect([...ids].every(id => names.has(pieces[id]!))).toBe(true);
  });

  it('numbers its classes from 0; what it lacks has that of the unknown', () => {
    const [classes, ids] = [small.classOfId(), small.idOfClass()];
    expect(ids.length).toBe(1024);
    ids.forEach((id, index) => {
      expect(classes[id]).toBe(index);
    });
    const zebra = whole.encode('zebra')[0]!;
    expect(classes[zebra]).toBe(classes[BERT_SPECIAL.unknown]);
  });

  it('reads [MASK] only where it is asked to', () => {
    const text = 'Paris is the [MASK] of France.';
    expect([...whole.encode(text, { special: true })]).toContain(103);
    expect([...whole.encode(text)]).not.toContain(103);
  });

  it('gives known ids for any text, and the same for capitals and accents', () => {
    fc.assert(
      fc.property(anyText, text => {
        const known = new Set(small.idOfClass());
        expect([...small.encode(text)].every(id => known.has(id))).toBe(true);
      }),
      runs,
    );
    expect(whole.encode('ÉCLAIR Éclair')).toEqual(whole.encode('eclair eclair'));
  });

  it('takes a word of more than a hundred characters for unknown, whatever its length', () => {
    expect([...whole.encode('a'.repeat(101))]).toEqual([100]);
    expect(whole.encode(`${'ab '.repeat(50_000)}`).length).toBe(50_000);
  });
});

it.each([gpt2Tokenizer, bertTokenizer])('refuses a vocabulary of another size', tokenizer => {
  expect(() => tokenizer(2000)).toThrow('a vocabulary of 2000: there are 1024 and');
});
