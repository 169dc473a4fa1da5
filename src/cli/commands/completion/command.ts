import { command } from '../../frame/command.js';
import { objectOf, oneOf, textSchema } from '../../frame/schema.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const completion = command({
  name: 'completion',
  about: 'prints a script that makes the shell complete commands and flags',
  long: `Prints a script that makes the shell complete commands and flags. To have it in every new shell:

  bash  echo 'source <(bittensor-cli completion bash)' >> ~/.bashrc
  zsh   echo 'source <(bittensor-cli completion zsh)' >> ~/.zshrc      (behind a line with compinit)
  fish  bittensor-cli completion fish > ~/.config/fish/completions/bittensor-cli.fish`,
  arguments: [{ name: 'shell', about: SHELLS.join(', '), choices: SHELLS }],
  settings: {},
  examples: ['completion bash > bittensor-cli.bash', 'completion fish > ~/.config/fish/completions/bittensor-cli.fish'],
  output: objectOf({ shell: oneOf(...SHELLS), script: textSchema }),
  ignoresConfig: true,
  load: async () => (await import('./completion.js')).completion,
});
