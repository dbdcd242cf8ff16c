/** Turkish. It says "sen" to one person, and "siz" to the two of a chat. Placeholders take no suffix. */

import type { Catalogue } from "./catalogue.ts";

/** The Turkish catalogue. */
export const tr: Catalogue = {
  name: "Türkçe",
  frame: {
    description:
      "Rastgele bir yabancıyla yazarak veya görüntülü konuş. Hesap yok, çerez yok, uçtan uca şifreli.",
    noScript:
      "Sohbet tarayıcında çalışır, bu yüzden JavaScript gerekir. Lütfen bu sayfa için etkinleştir: bütün kodu sayfanın içindedir ve başka yerden hiçbir şey yüklenmez.",
    notRunning: "Sohbet çalışmıyor. Sayfayı yenile veya başka bir tarayıcı kullan.",
    englishOnly: "Bu sayfa yalnızca İngilizce.",
  },
  words: {
    Direction: "ltr",

    Heading: "Bir yabancıyla konuş.\nİz bırakmadan.",
    Lead:
      "Rastgele biriyle eşleşirsin. Hesap yok, çerez yok ve mesajlarınızı yalnızca ikiniz okuyabilirsiniz.",
    Interests: "İlgi alanları",
    InterestsHint: "İsteğe bağlı. Başta ilgi alanlarından birini paylaşan birini ararız.",
    InterestsChosen: "Seçilen ilgi alanları",
    RemoveInterest: "Kaldır: {interest}",
    InterestsFull: "En fazla on tane",
    InterestsExample: "müzik, yürüyüş, sinema",
    Languages: "Diller",
    LanguagesHint: "Tarayıcından alınır ve asla kaydedilmez.",
    AnyLanguage: "Karşındakinin dili fark etmez.",
    AddLanguage: "Dil ekle",
    Adult: "18 yaşımı doldurdum",
    AdultFirst: "Lütfen önce yaşını onayla. Bu site yalnızca yetişkinler içindir.",
    StartText: "Yazılı sohbet başlat",
    StartVideo: "Görüntülü sohbet başlat",
    Online: {
      one: "Şu anda burada {count} kişi var",
      other: "Şu anda burada {count} kişi var",
    },
    Insecure:
      "Bu sayfa şifrelenmemiş bir bağlantıyla açıldı. Sohbet gizli kalmayacağı için burada başlatılamaz.",
    OpenSecure: "Güvenli sayfayı aç",
    Language: "Dil",
    LanguageFailed: "Bu dil şu anda yüklenemiyor. Yeniden deneniyor…",
    Links: {
      label: "Bu site hakkında",
      privacy: "Gizlilik",
      statistics: "İstatistikler",
      transparency: "Şeffaflık",
      rules: "Sohbet kuralları",
      contact: "İletişim",
    },

    Unreachable: "Sunucuya şu anda ulaşılamıyor. Yeniden deneniyor…",
    Filtered:
      "Sunucu yanıt veriyor ama sohbet bağlantısı kurulamıyor. Başka bir ağ işe yarayabilir.",
    Refused: {
      full: "Sunucu şu anda dolu. Yeniden deneniyor…",
      misconfigured: "Bu site doğru ayarlanmamış. Yeniden deneniyor…",
      "too-many-connections": "Şu anda ağından çok fazla kişi bağlı. Yeniden deneniyor…",
      reported: "Erişimin engellendi. Bitiş: {time}.",
      flooding: "Erişimin engellendi. Bitiş: {time}.",
      denied: "Bu sitenin işletmecisi IP adresini engelledi.",
    },
    Blocked: {
      reported:
        "Birkaç kişi, senin IP adresini kullanan birini bildirdi. Engel kendiliğinden kalkar ve kaydı tutulmaz.",
      flooding:
        "IP adresinden çok fazla bağlantı geldi. Engel kendiliğinden kalkar ve kaydı tutulmaz.",
      denied: "İşletmeci engeli kaldırana kadar engelli kalır.",
    },
    BlockedWait: "Bu sayfayı açık bırakabilirsin: engel kalkar kalkmaz yeniden bağlanır.",
    BlockedHelp: "Ne yapabilirsin",

    Looking: "Birini arıyoruz…",
    Cancel: "İptal",
    Checking: "Şu anda ortalık çok yoğun, bu yüzden cihazın önce kısa bir kontrol yapıyor.",
    VeryFast: "Kısa sürede çok sık eşleşme aradın. Birazdan kendiliğinden devam edecek.",
    Quiet:
      "Şu anda ortalık sakin. Burada kal veya başka bir sekmeye geç: biri gelince bir ses duyarsın.",
    QuietSilent:
      "Şu anda ortalık sakin. Burada kal veya başka bir sekmeye geç: biri gelince başlık değişir.",
    Usually: "Genellikle çok kısa sürer.",
    WhoLikes: "Tercihen ortak ilgi alanı olan biri: {interests}.",
    WhoSpeaks: "Tercihen şu dili konuşan biri: {languages}.",
    WhoSpeaksAndLikes: "Tercihen ortak dili ({languages}) ve ilgi alanı ({interests}) olan biri.",
    WhoSpeaksOrLikes: "Şimdi ortak dili ({languages}) veya ilgi alanı ({interests}) olan biri.",
    Anyone: "Böyle biri şu anda müsait değil, bu yüzden herhangi biriyle eşleşeceksin.",
    Notify: "Biri gelince veya yazınca bana bildir",
    NotifyHint: "Yalnızca bu sayfa görünmüyorken ve mesajların metni olmadan.",
    NotifyBlocked: "Bildirimler engellenmiş. Tarayıcı ayarlarında bu site için izin ver.",
    Happened: { arrival: "Biri geldi", message: "Yeni mesaj" },

    Chat: "Sohbet",
    Conversation: "Konuşma",
    Messages: "Mesajlar",
    YouSay: "Sen:",
    StrangerSays: "Karşındaki:",
    NotSent: "Gönderilmedi:",
    Notices: {
      "began": "Artık rastgele bir yabancıyla sohbet ediyorsun.",
      "you-left": "Sohbetten ayrıldın.",
      "stranger-left": "Karşındaki kişi sohbetten ayrıldı.",
      "connection-lost": "Bağlantın koptu, bu yüzden sohbet sona erdi.",
      "blocked": "Birkaç kişi seni bildirdiği için erişimin engellendi.",
      "restart": "Sunucu birazdan yeniden başlayacak ve bu sohbet sona erecek.",
      "not-secured": "Bu sohbet şifrelenemedi, bu yüzden sona erdi.",
      "tampered": "Sana gelirken bir şey değiştirildi veya kayboldu, bu yüzden gösterilmiyor.",
      "text-only": "Buradan yalnızca metin gönderilebilir.",
      "report-taken": "Bildirimin alındı. Teşekkürler.",
      "stranger-declined": "Karşındaki kişi yazışmaya devam etmek istiyor.",
      "direct-refused":
        "Arama başlamadı. IP adresini açığa çıkaracaktı ve bu tür aramaları kapattın.",
      "call-over": "Arama sona erdi.",
      "unable": "Bu tarayıcı görüntülü arama yapamıyor.",
      "stranger-unable": "Karşındaki kişinin tarayıcısı görüntülü arama yapamıyor.",
      "own-tab": "Bu senin diğer sekmen.",
    },
    BothLike: "İkinizin de sevdikleri: {interests}.",
    BothSpeak: "Ortak diliniz: {languages}.",
    NoSharedLanguage: "Ortak bir dil bulunamadı.",
    MetBefore: "Az önce de karşılaşmıştınız. Şu anda başka kimse müsait değil.",
    Dropped: "Bağlantın koptu. Yeniden bağlanılıyor…",
    StrangerDropped: "Karşındaki kişinin bağlantısı koptu. Geri dönebilir.",
    StrangerBack: "Karşındaki kişi geri döndü.",
    StrangerTypes: "Karşındaki kişi yazıyor…",
    Held: "Mesajların henüz ulaşmadı. Ulaşınca yenilerini gönderebilirsin.",
    LinkOpens: "Açılacak: {host}. O site IP adresini görecek.",
    Open: "Aç",
    Copy: "Kopyala",
    Delivered: "İletildi",
    NotDelivered: "İletilmedi",
    SaveChat: "Kaydet",
    BeginningMissing: "Burada yalnızca son mesajlar var. Başı eksik.",
    VideoCall: "Video",
    SoundOn: "Ses açık",
    SoundOff: "Ses kapalı",
    Newer: "Yeni mesajlar: {count}",
    Message: "Mesaj",
    WriteMessage: "Bir mesaj yaz",
    Left: {
      one: "{count} kaldı",
      other: "{count} kaldı",
    },
    Send: "Gönder",
    Stop: { talking: "Bitir", asking: "Emin misin?", over: "Yeni sohbet" },
    PressAgain: "Bu sohbetten ayrılmak için yeniden bas.",
    ChangeInterests: "İlgi alanlarını değiştir",

    Agreeing: "Şifreleme hazırlanıyor…",
    Encrypted: "Uçtan uca şifreli",
    Compare:
      "Karşındaki kişi aynı dört resmi aynı sırayla görüyorsa, aradaki hiç kimse sohbetinizi okuyamaz, bu sunucu bile. Resimleri sesli olarak karşılaştırın veya bir makinenin değiştiremeyeceği bir ipucunu kendi sözlerinizle verin.",
    Unprotected: "Şifreleme seni nelerden koruyamaz",
    Comma: ", ",
    Pictures:
      "ahtapot, kaktüs, balon, bisiklet, limon, anahtar, çapa, şapka, kaplumbağa, mantar, ay, zil, havuç, gitar, tilki, çorap, arı, pizza, uçurtma, mıknatıs, fil, gökkuşağı, tekne, davul, penguen, kiraz, mum, yapboz, zürafa, mısır, roket, zar, balina, donut, heykel, pusula, baykuş, karpuz, makas, trompet, salyangoz, yanardağ, traktör, sandalye, deve, pretzel, saat, hedef, kelebek, yaprak, kale, peynir, kurbağa, avokado, tren, bitki, yengeç, ekmek, çadır, keman, uğur böceği, yumurta, ada, merdiven",

    Report: "Bildir",
    Reported: "Bildirildi",
    WhatIsWrong: "Sorun ne?",
    OnlyReason: "Yalnızca neden gönderilir, konuşma asla gönderilmez.",
    Reasons: {
      underage: "18 yaş altı görünüyor",
      sexual: "İstenmeyen cinsel içerik",
      harassment: "Taciz veya tehdit",
      spam: "Spam veya reklam",
      other: "Başka bir şey",
    },
    NeverMind: "Vazgeç",

    HowYouLook: "Böyle görüneceksin",
    HowLoud: "Mikrofon seviyesi",
    TryAgain: "Yeniden dene",
    Camera: "Kamera",
    Microphone: "Mikrofon",
    Choices: {
      cameraOff: "Kamera kapalı başla",
      muted: "Mikrofon kapalı başla",
      blur: "Ben bakmak isteyene kadar yabancıların görüntüsünü bulanıklaştır",
      keepCamera: "Sohbetler arasında kameramı açık tut",
      direct: "IP adresimi açığa çıkaran aramalara izin ver ama önce bana sor",
    },
    MoreChoices: "Diğer seçenekler",
    Back: "Geri",
    Devices: {
      camera: {
        opening: "Tarayıcın kameranı kullanmak için izin istiyor.",
        off: "Kameran kapalı.",
        denied:
          "Kamera erişimi engellenmiş. Tarayıcı ayarlarında bu site için izin ver veya kamerasız devam et.",
        missing: "Kamera bulunamadı. Bir kamera bağla veya kamerasız devam et.",
        busy:
          "Başka bir uygulama kameranı kullanıyor. Onu kapatıp yeniden dene veya kamerasız devam et.",
        unsupported:
          "Bu tarayıcı, sayfanın kamera kullanmasına izin vermiyor. Kamerasız devam edebilirsin.",
        interrupted:
          "Başka bir uygulama veya bir düğme kameranı duraklattı. Kendiliğinden devam edecek.",
      },
      microphone: {
        opening: "Tarayıcın mikrofonunu kullanmak için izin istiyor.",
        off: "Mikrofonun kapalı.",
        denied:
          "Mikrofon erişimi engellenmiş. Tarayıcı ayarlarında bu site için izin ver veya mikrofonsuz devam et.",
        missing: "Mikrofon bulunamadı. Bir mikrofon bağla veya mikrofonsuz devam et.",
        busy:
          "Başka bir uygulama mikrofonunu kullanıyor. Onu kapatıp yeniden dene veya mikrofonsuz devam et.",
        unsupported:
          "Bu tarayıcı, sayfanın mikrofon kullanmasına izin vermiyor. Mikrofonsuz devam edebilirsin.",
        interrupted:
          "Başka bir uygulama veya bir düğme mikrofonunu duraklattı. Kendiliğinden devam edecek.",
      },
    },

    Call: "Arama",
    OneMoment: "Bir saniye…",
    StrangerWants: "Karşındaki kişi görüntülü konuşmak istiyor",
    ShowAddresses: "IP adresleriniz karşılıklı gösterilsin mi?",
    Directly:
      "Doğrudan arama, senin IP adresini karşındaki kişiye, onunkini de sana gösterir. Yalnızca ikiniz de kabul ederseniz başlar.",
    ByRelay:
      "Arama bir aktarma sunucusundan geçer, bu yüzden ikiniz de birbirinizin IP adresini öğrenmezsiniz. Kameran ve mikrofonun ayarladığın gibi başlar.",
    CallDirectly: "Doğrudan ara",
    JoinCall: "Aramaya katıl",
    StayWithText: "Yazışmaya devam et",
    WaitingForStranger: "Karşındaki kişi bekleniyor…",
    NoCall: "Arama başarısız oldu",
    Failures: {
      "no-route":
        "Cihazınla karşındaki kişinin cihazı bağlanamadı. Bazı ağlar doğrudan aramaları engeller.",
      "no-relay": "Aramaların aktarma sunucusu dolu veya en az biriniz ona ulaşamıyor.",
      "too-fast": "Kısa sürede çok fazla arama oldu. Lütfen biraz bekle.",
    },
    GoOnByText: "Yazarak devam et",
    StrangersPicture: "Karşındaki kişinin görüntüsü",
    YourPicture: "Senin görüntün",
    ShowPicture: "Görüntüyü göster",
    Connecting: "Bağlanılıyor…",
    Broke: "Arama kesildi. Yeniden bağlanılıyor…",
    StrangerNoCamera: "Karşındaki kişinin kamerası kapalı.",
    StrangerNothing: "Karşındaki kişinin kamerası ve mikrofonu kapalı.",
    StrangerMuted: "Karşındaki kişinin mikrofonu kapalı.",
    StrangerFrozen: "Karşındaki kişinin görüntüsü dondu.",
    PlayStranger: "Karşındaki kişinin görüntüsünü ve sesini oynat",
    Quality: { 1: "Bağlantı: kötü", 2: "Bağlantı: orta", 3: "Bağlantı: iyi" },
    YourDevices: "Kamera ve mikrofon",
    CameraOn: "Kamera açık",
    CameraOff: "Kamera kapalı",
    MicOn: "Mikrofon açık",
    MicOff: "Mikrofon kapalı",
    More: "Daha fazla",
    Volume: "Ses düzeyi",
    StrangersSound: "Karşındaki kişinin sesi",
    SwapPictures: "Görüntüleri değiştir",
    FlipCamera: "Kamerayı çevir",
    PopOut: "Pencere içinde pencere",
    FullScreen: "Tam ekran",
    EndCall: "Aramayı bitir",
  },
};
