// Every text of the page. Citizens see both languages at once; staff see theirs.
import type { Level } from "./store";

export interface Both {
  zh: string;
  en: string;
}

export const levels: readonly { level: Level; text: Both }[] = [
  { level: 5, text: { zh: "非常满意", en: "Very satisfied" } },
  { level: 4, text: { zh: "满意", en: "Satisfied" } },
  { level: 3, text: { zh: "基本满意", en: "Fairly satisfied" } },
  { level: 2, text: { zh: "不满意", en: "Dissatisfied" } },
  { level: 1, text: { zh: "非常不满意", en: "Very dissatisfied" } },
];

export const citizen = {
  brand: { zh: "政务服务好差评", en: "Rate our service" },
  question: { zh: "请为本次服务评价", en: "How was the service you just received?" },
  hint: { zh: "轻触一项即可，30 秒内可以更改", en: "Touch one. You can change it for 30 seconds" },
  again: { zh: "请重新选择", en: "Please choose again" },
  before: { zh: "您刚才选择", en: "You chose" },
  thanks: { zh: "感谢您的评价", en: "Thank you" },
  chosen: { zh: "您的评价", en: "Your rating" },
  change: { zh: "更改评价", en: "Change" },
  keep: { zh: "保留原评价", en: "Keep it" },
  done: { zh: "完成", en: "Done" },
  late: { zh: "刚才的评价已经提交，不能再更改", en: "Your rating had already been submitted and can no longer be changed" },
  waiting: { zh: "条评价待发送", en: "waiting to be sent" },
  key: {
    zh: "评价照常接收。工作人员：设备密钥未被接受，请长按顶部 3 秒重新输入",
    en: "Ratings are still taken. Staff: the device key is not accepted; hold the header for 3 s to enter it again",
  },
  full: {
    zh: "存储空间已满，刚才的评价没有保存。请告知工作人员清理本机空间",
    en: "Storage is full: the rating was not saved. Please tell the staff to free space on this device",
  },
  broken: {
    zh: "本机无法保存评价，刚才的评价没有保存。请告知工作人员",
    en: "This device could not save the rating. Please tell the staff",
  },
  low: { zh: "工作人员：本机存储空间即将用完", en: "Staff: this device is running out of storage" },
} as const satisfies Record<string, Both>;

// countdown says when a tap is submitted by itself.
export const countdown = (seconds: number): Both => ({ zh: `${seconds} 秒后自动提交`, en: `submitted in ${seconds} s` });

const staffTexts = {
  setup: { zh: "设置评价终端", en: "Set up this rating device" },
  setupWhy: {
    zh: "请输入管理员发放的设备密钥。密钥只保存在本机，输入一次即可。",
    en: "Enter the device key from your administrator. It is kept on this device only and is needed once.",
  },
  scannedWhy: {
    zh: "已从二维码读取密钥。请核对：卡片上的大厅和窗口就是本机所在的位置。",
    en: "The key was read from the QR code. Check that the hall and window on the card are where this device stands.",
  },
  scannedBad: {
    zh: "二维码里没有可用的密钥，请重新扫描，或手工输入。",
    en: "The QR code holds no usable key. Scan it again, or type the key.",
  },
  key: { zh: "设备密钥", en: "Device key" },
  keyScanned: { zh: "已读取，无需输入。请在设置完成后销毁卡片。", en: "Read; nothing to type. Destroy the card when the device is set up." },
  keyForm: { zh: "以 hcp_ 开头，共 68 个字符", en: "Begins with hcp_, 68 characters" },
  keyBad: {
    zh: "密钥格式不对：应以 hcp_ 开头，后接 64 位 0–9、a–f。请检查是否漏字。",
    en: "This is not a device key: it begins with hcp_, followed by 64 of 0–9 and a–f. Check for missing characters.",
  },
  keyUnknown: {
    zh: "服务器不认识这个密钥，或者它已被吊销。刚发放的密钥约 2 秒后生效。",
    en: "The server does not know this key, or it was revoked. A new key takes effect after about 2 seconds.",
  },
  keyLater: { zh: "服务器暂时无法连接，密钥将在联网后核对。", en: "The server cannot be reached; the key will be checked later." },
  place: { zh: "大厅和窗口名称（选填，显示在顶部）", en: "Hall and window (optional, shown in the header)" },
  placeCheck: {
    zh: "请按卡片填写，公众可据此核对所在窗口。",
    en: "Copy it from the card: people see here which window they rate.",
  },
  placeExample: { zh: "如：政务服务中心 3 号窗口", en: "e.g. Service Hall, window 3" },
  other: { zh: "这是另一台设备的密钥", en: "This key belongs to another device" },
  otherWhy: {
    zh: "勾选后从 1 重新编号；待发送的评价仍用原密钥发送。",
    en: "Numbering starts again at 1; ratings not sent yet go out under the key they were taken with.",
  },
  start: { zh: "开始使用", en: "Start" },
  checking: { zh: "正在核对…", en: "Checking…" },
  save: { zh: "保存", en: "Save" },
  cancel: { zh: "取消", en: "Cancel" },
  panel: { zh: "设备信息", en: "This device" },
  sending: { zh: "发送状态", en: "Sending" },
  well: { zh: "正常", en: "Working" },
  offline: { zh: "未连接，稍后自动重试", en: "Not connected, retrying" },
  refused: { zh: "密钥未被接受", en: "Key not accepted" },
  unsent: { zh: "待发送评价", en: "Ratings not sent" },
  receipt: { zh: "最近回执", en: "Last receipt" },
  never: { zh: "尚无", en: "None yet" },
  stored: { zh: "已接收", en: "stored" },
  rejected: { zh: "被拒收", en: "refused" },
  arrival: { zh: "服务器核对", en: "Server's count" },
  arrived: { zh: "已送达 {n} 条，缺 {m} 条", en: "{n} arrived, {m} missing" },
  onTheWay: { zh: "（部分可能正在入库）", en: " (some may be on their way)" },
  rejectedAll: { zh: "累计被拒收", en: "Refused in all" },
  placeNow: { zh: "位置", en: "Place" },
  unnamed: { zh: "未填写", en: "Not given" },
  installation: { zh: "安装编号", en: "Installation" },
  next: { zh: "下一序号", en: "Next number" },
  version: { zh: "版本", en: "Version" },
  storage: { zh: "存储", en: "Storage" },
  persisted: { zh: "受保护", en: "Protected" },
  evictable: { zh: "浏览器可能清理，请勿清除数据", en: "The browser may clear it" },
  reopen: { zh: "断网重启", en: "Restart offline" },
  reopens: { zh: "可以", en: "Works" },
  reopensNot: { zh: "不可用（需要 HTTPS）", en: "Not available (needs HTTPS)" },
  clock: { zh: "设备时间", en: "Device time" },
  clockLost: { zh: "时间不可信，请校准", en: "Wrong: please set the clock" },
  rekey: { zh: "重新输入密钥", en: "Enter key again" },
  send: { zh: "立即发送", en: "Send now" },
  close: { zh: "关闭", en: "Close" },
} as const satisfies Record<string, Both>;

export type StaffText = keyof typeof staffTexts;
export type Language = "zh" | "en";

// languageOf is what the address says, else what the server chose.
export function languageOf(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "zh" || asked === "en") return asked;
  return document.documentElement.lang.startsWith("en") ? "en" : "zh";
}

export function staffWords(lang: Language): (name: StaffText) => string {
  return (name) => staffTexts[name][lang];
}
