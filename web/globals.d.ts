// The global that web/echarts.ts becomes.
declare const echarts: typeof import("./echarts");
