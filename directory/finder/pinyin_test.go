package finder

import (
	"strings"
	"testing"
	"unicode/utf16"
)

func TestReadings(t *testing.T) {
	s := readings()
	for name, want := range map[string]string{
		"重庆": "chong qing", "重大": "zhong da", "长沙": "chang sha", "长治": "chang zhi", "长子县": "zhang zi xian", "厦门": "xia men",
		"大厦": "da sha", "六安": "lu an", "六枝": "liu zhi", "台州": "tai zhou", "蚌埠": "beng bu", "亳州": "bo zhou", "乐清": "yue qing",
		"乐山": "le shan", "单县": "shan xian", "单位": "dan wei", "番禺": "pan yu", "东阿": "dong e", "阿坝": "a ba", "尉犁": "yu li",
		"朝阳": "chao yang", "佛山": "fo shan", "洪洞": "hong tong", "什邡": "shi fang", "喀什": "ka shi", "荥经": "ying jing",
		"荥阳": "xing yang", "成都": "cheng du", "西藏": "xi zang", "收藏": "shou cang", "银行": "yin hang", "行政": "xing zheng",
		"会计": "kuai ji", "社会": "she hui", "给付": "ji fu", "调解": "tiao jie", "调查": "diao cha", "重新": "chong xin",
		"校验": "jiao yan", "学校": "xue xiao", "绿化": "lv hua", "女": "nv", "a1": "a 1",
	} {
		var got []string
		for _, sound := range s.of(nil, utf16.Encode([]rune(name))) {
			got = append(got, s.spelling[sound])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is read %q, want %s", name, got, want)
		}
	}
}

func TestExceptionsHaveASyllableEach(t *testing.T) {
	for line := range strings.Lines(exceptions) {
		fields := strings.Fields(line)
		if len(fields) > 0 && len([]rune(fields[0])) != len(fields)-1 {
			t.Errorf("%q: %d characters, %d syllables", line, len([]rune(fields[0])), len(fields)-1)
		}
	}
}
