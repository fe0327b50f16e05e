package demo

import "haochaping/record"

// tagsOf are the standard reason codes in force, by level. The first digit of a code
// is its level.
var tagsOf = [6][]string{
	1: {"108", "109", "110", "111", "112", "113", "114", "115"},
	2: {"207", "208", "209", "210", "211", "212", "213", "214"},
	3: {"307", "308", "309", "310", "311", "312", "313", "314"},
	4: {"406", "407", "408", "409", "410", "411", "412", "413"},
	5: {"510", "511", "512", "513", "514", "515", "516", "517"},
}

// What people write, by level: rarely when content, often when not.
var (
	tagChance     = [6]float64{1: .82, 2: .72, 3: .35, 4: .2, 5: .16}
	commentChance = [6]float64{1: .46, 2: .38, 3: .08, 4: .02, 5: .012}
	commentsOf    = [6][]string{
		1: {
			"来回跑了三次还没有办成。", "要求提供指南以外的材料。", "等了一个上午，没有人解释原因。", "态度很差，问什么都不回答。",
			"超过承诺时间很久了，一直没有结果。", "网上写可以在线提交，实际必须到现场。", "窗口之间互相推。",
		},
		2: {
			"排队时间太长。", "没有样本，不知道怎么填写。", "同样的证明交了两次。", "预约以后还要重新取号。", "业务不太熟练，改了几次。",
			"没有在承诺的时间内办结。",
		},
		3: {"整体还可以，等候时间偏长。", "流程可以再简单一些。", "办结了，但是解释不够清楚。", "停车不方便。"},
		4: {"比以前快了。", "工作人员耐心。", "一张表单就办好了。", "指引清楚，稍等了一会儿。"},
		5: {"办得很快，谢谢。", "一次就办好了。", "工作人员很热情。", "不用提交证明，很方便。", "手机上就能办，省心。", "服务周到。"},
	}
)

// Platforms have names that exist nowhere.
const (
	platformWeb = "示例政务网（演示）"
	platformApp = "示例办（演示）"
	platformOwn = "示四市随手办（演示）"
)

func (s *stream) platform() string {
	switch {
	case s.source == fromApp:
		return platformOwn
	case s.channel == record.ChannelMobile:
		return platformApp
	case s.channel == record.ChannelWeb:
		return platformWeb
	default:
		return ""
	}
}

// The level codes of the two scales, by level.
var (
	fiveBest = [6]record.Code{1: "1", 2: "2", 3: "3", 4: "4", 5: "5"}
	oneBest  = [6]record.Code{1: "5", 2: "4", 3: "3", 4: "2", 5: "1"}
)

func (s *stream) levelCode(level outcome) record.Code {
	if s.source == fromVendor {
		return oneBest[level]
	}
	return fiveBest[level]
}

// channelCode is the class, but for the vendor, who sends numbers.
func (s *stream) channelCode() record.Code {
	switch {
	case s.source != fromVendor:
		return record.Code(s.channel)
	case s.channel == record.ChannelTerminal:
		return "5"
	default:
		return "4"
	}
}
