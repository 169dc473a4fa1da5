import { describe, expect, it } from 'vitest';
import { partsOf } from '../helpers/document.js';
import { expectToBeFollowed, followedBy } from '../helpers/newcomer.js';

describe('a newcomer', () => {
  it('who follows README.md meets nothing that fails', async () => await expectToBeFollowed('README.md'), 1_200_000);

  it('notices a command that fails, one that never shows what it should, and one that ends otherwise', async () => {
    const saidOf = async (note: string, text: string) =>
      await followedBy(partsOf(`# Page\n\n${note}\`\`\`sh\n${text}\n\`\`\`\n`));
    expect(await saidOf('', 'true\nfalse\ntrue')).toContain('FAILED: line 3 ended with 1, not 0');
    expect(await saidOf('<!-- exits: 2 -->\n', 'npx bittensor-cli nonsense')).toContain('FOLLOWED');
    expect(await saidOf('<!-- terminal: ready -->\n', 'echo nothing')).toContain('FAILED: line 4 never showed: ready');
    expect(await saidOf('<!-- until: ready -->\n', 'echo ready; sleep 60')).toContain('FOLLOWED');
  });
});
