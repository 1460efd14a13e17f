export { type SetupOptions, type SetupReport, setUpUser } from './set-up-user.ts';
