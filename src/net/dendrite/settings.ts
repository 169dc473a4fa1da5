import type { SettingValues } from '../../base/index.js';
import type { CompressionName, dendriteSettings } from '../options.js';
import type { LinkFormat } from '../wire/tensor.js';
import { type DendriteLimits, type DendriteOptions, defaultDendriteLimits } from './calls.js';

/** What the settings `--dendrite.*` say, as options of a dendrite. */
export function dendriteOptionsOf(
  settings: SettingValues<typeof dendriteSettings>,
): Pick<DendriteOptions, 'tls' | 'transport' | 'format' | 'textFormat' | 'limits'> {
  const timeoutMs = settings.dendrite_timeout * 1_000;
  const limits: Partial<DendriteLimits> = {
    forwardMs: timeoutMs,
    backwardMs: timeoutMs,
    connectMs: Math.min(timeoutMs, defaultDendriteLimits.connectMs),
    channels: settings.dendrite_max_active_receptors,
    concurrentCalls: settings.dendrite_max_requests,
    gradientNorm: settings.dendrite_gradient_norm,
  };
  return {
    tls: settings.dendrite_tls,
    transport: settings.dendrite_transport,
    format: linkFormatOf(settings.dendrite_compression),
    ...(settings.dendrite_compression === 'auto' && { textFormat: linkFormatOf('bf16') }),
    limits,
  };
}

/** `bf16+zstd` and the like; `auto` and `none`: as they are. */
export function linkFormatOf(name: CompressionName): LinkFormat {
  const words = name.split('+');
  return {
    encoding: words.includes('bf16') ? 'bf16' : words.includes('int8') ? 'int8' : 'plain',
    compression: words.includes('zstd') ? 'zstd' : 'none',
  };
}
