import type { Weight } from './bins.js';

export interface WeightTableProps {
  caption: string;
  weights: readonly Weight[];
  hrefOf: (uid: number) => string;
}

/** Weights in words and numbers: what the pictures show, for who cannot see them. */
export function WeightTable({ caption, weights, hrefOf }: WeightTableProps) {
  if (weights.length === 0) return <p>{caption}: none.</p>;
  return (
    <table class="wt">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">From uid</th>
          <th scope="col">To uid</th>
          <th scope="col" class="wt-number">
            Share
          </th>
          <th scope="col" class="wt-number">
            u16
          </th>
        </tr>
      </thead>
      <tbody>
        {weights.map(weight => (
          <tr key={`${weight.from}-${weight.to}`}>
            <td>
              <a href={hrefOf(weight.from)}>{weight.from}</a>
            </td>
            <td>
              <a href={hrefOf(weight.to)}>{weight.to}</a>
            </td>
            <td class="wt-number">{(100 * weight.share).toFixed(2)} %</td>
            <td class="wt-number">{weight.u16}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
