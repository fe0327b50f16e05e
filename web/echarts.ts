// The parts of echarts that the pages draw with, bundled into a file of its own
// as the global `echarts`: pages without a chart never load it, and a new
// release of the pages leaves it in the browser's cache.
//
// Only the canvas renderer: the SVG renderer writes style attributes, which the
// pages' content security policy refuses.
import { BarChart, BoxplotChart, HeatmapChart, LineChart, MapChart, PieChart, RadarChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  RadarComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout, UniversalTransition } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

use([
  BarChart,
  BoxplotChart,
  HeatmapChart,
  LineChart,
  MapChart,
  PieChart,
  RadarChart,
  ScatterChart,
  AriaComponent,
  DatasetComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  RadarComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
  LabelLayout,
  UniversalTransition,
  CanvasRenderer,
]);

export { getInstanceByDom, getMap, registerMap, registerTheme } from "echarts/core";
export type { ECharts, EChartsCoreOption } from "echarts/core";
export { init };
