export { BelljarError } from './errors.ts';
