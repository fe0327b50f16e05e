package finder

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"haochaping/directory"
)

// large is a directory of the size that is designed for: 45,000 regions, 10,000 departments, 600,000 items.
var large = sync.OnceValue(func() *directory.Directory {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	of := func(list string) []string { return strings.Fields(list) }
	places := of("云 清 南 东 海 北 西 长 安 平 宁 石 金 重 庆 沙 江 河 山 林 泉 阳 阴 泰 和 兴 隆 昌 盛 德 仁 义 礼 智 信 福 禄 寿")
	lines := of("公安局 人力资源和社会保障局 市场监督管理局 自然资源局 税务局 住房和城乡建设局 卫生健康局 民政局 交通运输局 教育局 医疗保障局")
	subjects := of("居民身份证 护照 营业执照 食品经营许可证 建设用地规划许可 不动产登记 社会保险费 住房公积金 道路运输证 医师执业证 养老保险待遇 失业保险金 残疾人证 出生医学证明 取水许可 林木采伐")
	acts := of("申领 换领 补领 变更 注销 延续 核准 备案 年检 提取 转移接续 认定 查询 打印")
	who := of("企业 个人 外国人 未成年人 军人 港澳居民 退休人员 个体工商户 社会组织 事业单位")
	regions := []directory.Region{{Code: "99", Name: "示例省"}}
	for i := 1; len(regions) < 45_000; i++ {
		code := fmt.Sprintf("99%02d%02d%03d", i/2000+1, i/40%50+1, i%40+1)
		regions = append(regions, directory.Region{Code: code, Name: pick(places) + pick(places) + pick(of("镇 乡 街道 村 社区")), Parent: "99"})
	}
	var departments []directory.Department
	for i := range 10_000 {
		at := regions[random.IntN(len(regions))]
		departments = append(departments, directory.Department{Code: fmt.Sprintf("11%06d%08dA", i, i*7), Name: at.Name + pick(lines), Region: at.Code, Line: "公安"})
	}
	var items []directory.Item
	for i := range 600_000 {
		items = append(items, directory.Item{
			Code:       fmt.Sprintf("11%016dA%012d", i%10_000*977, i),
			Name:       pick(who) + pick(subjects) + pick(acts) + "（" + pick(places) + pick(places) + pick(subjects) + pick(acts) + "）",
			Department: departments[i%10_000].Code,
		})
	}
	dir, _ := directory.New(regions, nil, nil, departments, items, nil)
	return dir
})

func BenchmarkNew(b *testing.B) {
	dir := large()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		x, err := New(b.Context(), dir)
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-kept")
		runtime.KeepAlive(x)
	}
}

func BenchmarkFind(b *testing.B) {
	x, err := New(b.Context(), large())
	if err != nil {
		b.Fatal(err)
	}
	for _, query := range []string{"11", "110000000000000977A0000", "身份证", "证", "护照补领", "没有这样", "sfz", "zhuxiao", "y", "zz", "abcdefg"} {
		b.Run(query, func(b *testing.B) {
			slowest := time.Duration(0)
			for b.Loop() {
				began := time.Now()
				// Half of everything is refused.
				if _, _, err := x.Find(b.Context(), query, func(_ directory.Kind, code string) bool { return code[len(code)-2]%2 == 0 }); err != nil {
					b.Fatal(err)
				}
				slowest = max(slowest, time.Since(began))
			}
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
		})
	}
}
