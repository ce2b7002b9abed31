// uPlot, behind what it needs to load.
import './browser-language.ts';

export { default } from 'uplot';
