package naming

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// StripPinyin removes scraped pinyin: 統(tǒng)一 → 統一. The rule, by which real brackets survive:
//
//   - the bracket, half or full width, stands directly behind a Chinese character;
//   - it holds one lower-case syllable of Standard Chinese and nothing else; ü may be
//     written v, and ɑ and ɡ stand for a and g;
//   - the syllable carries exactly one tone mark; or it carries none, and the character before is
//     one that is read toneless that way: 的(de), 了(le), 們(men), ….
//
// So 大厅(an) stays, though an is a syllable: without a mark a bracket is as likely an abbreviation.
// Neither 市(州), 窗口(2), 楼(A), 医院(hospital) nor (chóngqìng) with its two syllables is touched.
func StripPinyin(s string) string {
	if !strings.ContainsAny(s, "(（") {
		return s
	}
	runes := []rune(s)
	kept := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); i++ {
		if end := pinyinEnd(runes, i, kept); end > i {
			i = end
			continue
		}
		kept = append(kept, runes[i])
	}
	return string(kept)
}

// longestBracket bounds the content looked at: six letters (zhuang), one of them in parts.
const longestBracket = 8

// pinyinEnd is the place of the closing bracket when a pinyin bracket opens at i, else 0.
func pinyinEnd(runes []rune, i int, before []rune) int {
	if (runes[i] != '(' && runes[i] != '（') || len(before) == 0 {
		return 0
	}
	last := before[len(before)-1]
	if !unicode.Is(unicode.Han, last) {
		return 0
	}
	for end := i + 1; end < len(runes) && end <= i+longestBracket+1; end++ {
		if runes[end] != ')' && runes[end] != '）' {
			continue
		}
		syllable, marks := splitTone(string(runes[i+1 : end]))
		if !syllables()[syllable] {
			return 0
		}
		if marks == 1 || marks == 0 && toneless[last] == syllable {
			return end
		}
		return 0
	}
	return 0
}

// splitTone takes the tone marks off a syllable and counts them. ü becomes v. What is no letter of
// pinyin makes the result no syllable.
func splitTone(s string) (syllable string, marks int) {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch r {
		case '\u0304', '\u0301', '\u030C', '\u0300': // macron, acute, caron, grave
			marks++
		case '\u0306': // a breve is a caron written carelessly
			marks++
		case '\u0308': // diaeresis: u + diaeresis = ü
			text := b.String()
			b.Reset()
			b.WriteString(strings.TrimSuffix(text, "u") + "v")
		case 'ɑ':
			b.WriteByte('a')
		case 'ɡ':
			b.WriteByte('g')
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), marks
}

// toneless are the characters with a reading that carries no tone, traditional and simplified.
var toneless = map[rune]string{
	'的': "de", '地': "de", '得': "de", '了': "le", '着': "zhe", '著': "zhe", '们': "men", '們': "men",
	'么': "me", '麼': "me", '麽': "me", '吗': "ma", '嗎': "ma", '呢': "ne", '吧': "ba", '啊': "a",
	'子': "zi", '个': "ge", '個': "ge", '过': "guo", '過': "guo",
}

// finalsOf lists the syllables of Standard Chinese: each initial with the finals it takes; the
// syllables without an initial stand as they are written. v is ü.
var finalsOf = map[string]string{
	"": "a o e ai ei ao ou an en ang eng er yi ya yo ye yao you yan yin yang ying yong " +
		"wu wa wo wai wei wan wen wang weng yu yue yuan yun",
	"b":  "a o ai ei ao an en ang eng i ie iao ian in ing u",
	"p":  "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
	"m":  "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
	"f":  "a o ei ou an en ang eng u",
	"d":  "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
	"t":  "a e ai ei ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
	"n":  "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan un v ve ue",
	"l":  "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue",
	"g":  "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
	"k":  "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
	"h":  "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
	"j":  "i ia ie iao iu ian in iang ing iong u ue uan un",
	"q":  "i ia ie iao iu ian in iang ing iong u ue uan un",
	"x":  "i ia ie iao iu ian in iang ing iong u ue uan un",
	"zh": "a e ai ei ao ou an en ang eng ong i u ua uo uai ui uan un uang",
	"ch": "a e ai ao ou an en ang eng ong i u ua uo uai ui uan un uang",
	"sh": "a e ai ei ao ou an en ang eng i u ua uo uai ui uan un uang",
	"r":  "e ao ou an en ang eng ong i u ua uo ui uan un",
	"z":  "a e ai ei ao ou an en ang eng ong i u uo ui uan un",
	"c":  "a e ai ao ou an en ang eng ong i u uo ui uan un",
	"s":  "a e ai ao ou an en ang eng ong i u uo ui uan un",
}

var syllables = sync.OnceValue(func() map[string]bool {
	all := make(map[string]bool, 420)
	for initial, finals := range finalsOf {
		for final := range strings.FieldsSeq(finals) {
			all[initial+final] = true
		}
	}
	return all
})
