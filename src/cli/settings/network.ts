export { networkSettings as networkRows, subnetSettings as netuidRow } from '../../chain/options.js';
