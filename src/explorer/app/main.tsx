import { render } from 'preact';
import { ChainData } from '../data/chain-data.js';
import { Rpc } from '../data/rpc.js';
import { App } from './app.js';
import { endpointOf } from './endpoint.js';
import './style.css';
import { applyTheme, savedTheme } from './theme.js';

applyTheme(savedTheme());
const rpc = new Rpc(endpointOf(location, document));
const root = document.getElementById('app')!;
root.replaceChildren();
render(<App chain={new ChainData(rpc)} />, root);
