"""Write product titles of many languages in every encoding that sellers' files come in, and count how they are read.

    python tests/benchmarks/encodings.py                 files of 20, 200 and 2,000 rows
    python tests/benchmarks/encodings.py --rows 200 --files 40

A file is right where its text comes back as it was written: two encodings that spell it alike are one. The table shows
what each encoding was taken for. Titles are random words of a language, with numbers; the header is English, the
language in which most such files are least telling.
"""

import argparse
import random
import sys
import zlib
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dupcheck.catalog.encodings import decode_text

WORDS = {
    "zh-Hans": "陶瓷 花瓶 创意 客厅 摆件 现代 简约 北欧 玻璃 杯子 纯棉 短袖 男士 夏季 宽松 女童 连衣裙 新款 "
    "手机壳 无线 蓝牙 耳机 充电器 数据线 不锈钢 保温杯 大容量 便携 儿童 玩具 积木 实木 书架 "
    "收纳盒 厨房 砧板 竹编 果篮 桌布 防水 墨绿 浅灰 套装",
    "zh-Hant": "陶瓷 花瓶 創意 客廳 擺件 現代 簡約 北歐 玻璃 杯子 純棉 短袖 男士 夏季 寬鬆 女童 洋裝 新款 "
    "手機殼 無線 藍牙 耳機 充電器 傳輸線 不鏽鋼 保溫杯 大容量 攜帶 兒童 玩具 積木 實木 書架 "
    "收納盒 廚房 砧板 竹編 果籃 桌布 防水 墨綠 淺灰 套組",
    "ja": "木製 スツール 丸型 オーク材 ガラス 花瓶 マグカップ 陶器 手作り レディース メンズ "
    "ワンピース 半袖 綿 防水 バッグ リュック 大容量 収納 ボックス 折りたたみ テーブル 椅子 北欧 "
    "シンプル おしゃれ 子供用 おもちゃ 充電器 ケーブル スマホケース ブラック ホワイト グレー "
    "セット 送料無料 カーテン 遮光",
    "ko": "머그컵 도자기 접시 유리 꽃병 원목 의자 스툴 테이블 수납함 대용량 방수 가방 백팩 여성 남성 "
    "원피스 반팔 티셔츠 면 순면 아동 장난감 블록 충전기 케이블 휴대폰 케이스 블랙 화이트 그레이 "
    "세트 커튼 암막 북유럽 심플 주방 도마 텀블러 보온병 스테인리스",
    "pl": "drewniany stołek dębowy ławka ogrodowa żółta wazon szklany mały przeźroczysty krzesło "
    "składane półka ścienna łazienka ręcznik bawełniany koszulka męska damska sukienka letnia "
    "spódnica długa świeca zapachowa źródło światła miękki dywanik kąpielowy nóż kuchenny deska "
    "łyżka zestaw",
    "cs": "dřevěná stolička dubová zahradní lavička žlutá skleněná váza malá průhledná skládací židle "
    "nástěnná police koupelna ručník bavlněný pánské tričko dámské šaty letní sukně dlouhá "
    "vonná svíčka měkký kobereček kuchyňský nůž prkénko lžíce sada hrnek modrý zelený příbor",
    "hu": "fa szék tölgyfa kerti pad sárga üveg váza kicsi átlátszó összecsukható polc "
    "fürdőszoba törölköző pamut férfi póló női ruha nyári szoknya hosszú illatgyertya puha "
    "szőnyeg konyhai kés vágódeszka kanál készlet bögre kék zöld fűző erős hűtőtáska",
    "ro": "scaun din lemn stejar bancă grădină galbenă vază sticlă mică transparentă pliabil raft "
    "perete baie prosop bumbac tricou bărbați rochie damă vară fustă lungă lumânare "
    "parfumată covoraș moale cuțit bucătărie tocător lingură set cană albastră verde pătură",
    "ru": "деревянный табурет дубовый садовая скамья жёлтая стеклянная ваза маленькая прозрачная "
    "складной стул полка настенная полотенце хлопковое мужская футболка женское платье летнее "
    "юбка длинная свеча ароматическая мягкий коврик кухонный нож доска ложка набор чашка синяя "
    "щётка",
    "uk": "дерев'яний табурет дубовий садова лавка жовта скляна ваза маленька прозора складний "
    "стілець полиця настінна рушник бавовняний чоловіча футболка жіноча сукня літня спідниця "
    "довга свічка ароматична м'який килимок кухонний ніж дошка ложка набір чашка синя щітка їжа",
    "bg": "дървен стол дъбов градинска пейка жълта стъклена ваза малка прозрачна сгъваем рафт стенен "
    "баня хавлия памучна мъжка тениска дамска рокля лятна пола дълга свещ ароматна мека "
    "постелка кухненски нож дъска лъжица комплект чаша синя зелена щипка",
    "de": "Hocker aus Eiche Gartenbank gelb Glasvase klein durchsichtig Klappstuhl für draußen "
    "Wandregal Handtuch Baumwolle weiß Herren Größe Kleid schwarz grün Küchenmesser Löffel "
    "Tasse blau Schlüsselanhänger Türmatte groß Gewürzmühle Fußmatte Körbe schöne Übertopf",
    "fr": "tabouret en chêne banc de jardin jaune vase en verre petit transparent chaise pliante "
    "étagère murale serviette coton été robe légère jupe longue bougie parfumée tapis de bain à "
    "côté couteau cuisine planche à découper cuillère tasse bleue théière élégante garçon noël",
    "es": "taburete de roble banco jardín amarillo jarrón cristal pequeño transparente silla "
    "plegable estantería pared baño toalla algodón camiseta niño niña vestido verano falda "
    "larga vela aromática alfombra cuchillo cocina tabla cuchara juego taza azul año señora "
    "teléfono móvil",
    "pt": "banquinho de carvalho banco jardim amarelo vaso de vidro pequeno transparente cadeira "
    "dobrável prateleira parede toalha algodão camiseta vestido verão saia longa vela "
    "aromática tapete macio faca cozinha tábua colher jogo xícara azul coleção bebê promoção "
    "proteção",
    "sv": "pall i ek trädgårdsbänk gul glasvas liten genomskinlig hopfällbar stol vägghylla handduk "
    "bomull vit herr tröja klänning sommar kjol lång doftljus mjuk matta kökskniv skärbräda sked "
    "set mugg blå grön år körsbär ståltråd",
    "el": "ξύλινο σκαμνί δρύινο παγκάκι κήπου κίτρινο γυάλινο βάζο μικρό διάφανο πτυσσόμενη καρέκλα "
    "ράφι τοίχου πετσέτα βαμβακερή ανδρική μπλούζα γυναικείο φόρεμα καλοκαιρινό φούστα μακριά "
    "κερί αρωματικό μαλακό χαλί μαχαίρι κουζίνας κουτάλι σετ κούπα μπλε πράσινη",
    "tr": "ahşap tabure meşe bahçe bankı sarı cam vazo küçük şeffaf katlanır sandalye duvar rafı "
    "banyo havlusu pamuklu erkek tişört kadın elbise yazlık etek uzun kokulu mum yumuşak "
    "paspas mutfak bıçağı kesme tahtası kaşık takım kupa mavi yeşil çocuk oyuncağı büyük "
    "ışıklı",
    "he": "שרפרף עץ אלון ספסל גינה צהוב אגרטל זכוכית קטן שקוף כיסא מתקפל מדף קיר מגבת כותנה חולצה "
    "גברים שמלה נשים קיץ חצאית ארוכה נר ריחני שטיח רך סכין מטבח קרש חיתוך כף סט ספל כחול ירוק "
    "ילדים צעצוע",
    "ar": "كرسي خشب بلوط مقعد حديقة أصفر مزهرية زجاج صغيرة شفافة قابل للطي رف جدار منشفة قطن قميص "
    "رجالي فستان نسائي صيفي تنورة طويلة شمعة معطرة سجادة ناعمة سكين مطبخ لوح تقطيع ملعقة طقم كوب "
    "أزرق أخضر أطفال لعبة حقيبة",
    "lt": "medinė taburetė ąžuolinis sodo suolas geltona stiklinė vaza maža skaidri sulankstoma kėdė lentyna "
    "sieninė vonios "
    "rankšluostis medvilnė marškinėliai vyriški moteriška suknelė vasarinė sijonas ilgas žvakė kvapni minkštas "
    "kilimėlis virtuvės peilis lentelė šaukštas rinkinys puodelis mėlynas žalias vaikams žaislas krepšys",
    "lv": "koka ķeblis ozola dārza sols dzeltena stikla vāze maza caurspīdīga saliekams krēsls plaukts sienas "
    "vannas dvielis "
    "kokvilna vīriešu krekls sieviešu kleita vasaras svārki gari svece aromātiska mīksts paklājs virtuves nazis "
    "dēlītis karote komplekts krūze zila zaļa bērnu rotaļlieta soma",
    "et": "puidust taburet tammepuidust aiapink kollane klaasvaas väike läbipaistev kokkupandav tool riiul "
    "seinale vannituba "
    "käterätik puuvill meeste särk naiste kleit suvine seelik pikk küünal lõhnav pehme vaip köögi nuga lõikelaud "
    "lusikas komplekt kruus sinine roheline laste mänguasi kott žakett šokolaad",
    "th": "เก้าอี้ ไม้โอ๊ค ม้านั่ง สวน สีเหลือง แจกัน แก้ว ขนาดเล็ก ใส พับได้ ชั้นวาง ผนัง ผ้าเช็ดตัว ผ้าฝ้าย "
    "เสื้อยืด ผู้ชาย ชุดเดรส ผู้หญิง ฤดูร้อน กระโปรง ยาว เทียนหอม พรม นุ่ม มีด ครัว เขียง ช้อน ชุด "
    "แก้วมัค สีฟ้า สีเขียว เด็ก ของเล่น กระเป๋า",
}
WRITTEN = (
    ("gb18030", "zh-Hans"), ("big5", "zh-Hant"), ("cp932", "ja"), ("euc_jp", "ja"), ("cp949", "ko"), ("cp1250", "pl"),
    ("cp1250", "cs"), ("cp1250", "hu"), ("iso8859-2", "pl"), ("iso8859-2", "cs"), ("iso8859-2", "hu"),
    ("cp1251", "ru"), ("cp1251", "uk"), ("cp1251", "bg"), ("koi8-r", "ru"), ("cp1252", "de"), ("cp1252", "fr"),
    ("cp1252", "es"), ("cp1252", "pt"), ("cp1252", "sv"), ("cp1253", "el"), ("cp1254", "tr"), ("cp1255", "he"),
    ("cp1256", "ar"), ("cp1257", "lt"), ("cp1257", "lv"), ("cp1257", "et"), ("cp874", "th"), ("utf-8", "ro"),
    ("utf-8", "ja"), ("utf-16-le", "ru"), ("utf-16-be", "ko"),
)  # fmt: skip


def make_file(language: str, rows: int, rng: random.Random) -> str:
    """Return a small catalogue whose titles are words of a language."""
    words = WORDS[language].split()
    joint = "" if language in ("zh-Hans", "zh-Hant", "ja", "th") else " "
    lines = ["id,title,price"]
    for row in range(rows):
        title = joint.join(rng.sample(words, rng.randint(2, 6)))
        size = f" {rng.randint(2, 300)} cm" if rng.random() < 0.4 else ""
        lines.append(f"{row + 1},{title[:1].upper()}{title[1:]}{size},{rng.randint(1, 900)}.{rng.randint(0, 99):02d}")
    return "\r\n".join(lines) + "\r\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[20, 200, 2000])
    parser.add_argument("--files", type=int, default=20, help="files of each language and encoding (default 20)")
    args = parser.parse_args()
    worst = 1.0
    for rows in args.rows:
        rng = random.Random(rows)
        print(f"\n{rows} rows, {args.files} files each")
        right = total = 0
        for encoding, language in WRITTEN:
            taken: Counter[str] = Counter()
            good = 0
            for _ in range(args.files if rows < 2000 else max(2, args.files // 4)):
                text = make_file(language, rows, rng)
                decoded = decode_text(text.encode(encoding))
                read, name = decoded.text, decoded.encoding
                same = zlib.crc32(read.encode("utf-8", "replace")) == zlib.crc32(text.encode())
                good += same
                taken["" if same else name] += 1
            count = sum(taken.values())
            right, total = right + good, total + count
            wrong = ", ".join(f"{name} {n}" for name, n in taken.most_common() if name)
            print(f"  {encoding:10} {language:8} {good / count:6.2f}  {wrong}")
        print(f"  all                 {right / total:6.3f}")
        if rows >= 200:
            worst = min(worst, right / total)
    sys.exit(0 if worst >= 0.98 else 1)


if __name__ == "__main__":
    main()
