/** Indonesian. It says "kamu", and calls the stranger "lawan bicara" once a chat has begun. */

import type { Catalogue } from "./catalogue.ts";

/** The Indonesian catalogue. */
export const id: Catalogue = {
  name: "Indonesia",
  frame: {
    description:
      "Ngobrol lewat teks atau video dengan orang asing yang dipilih secara acak. Tanpa akun, tanpa cookie, terenkripsi end-to-end.",
    noScript:
      "Obrolan berjalan di browser kamu, jadi butuh JavaScript. Aktifkan untuk halaman ini: semua kodenya ada di halaman ini sendiri, dan tidak ada yang dimuat dari tempat lain.",
    notRunning: "Obrolan tidak berjalan. Muat ulang halaman, atau pakai browser lain.",
    englishOnly: "Halaman ini hanya tersedia dalam bahasa Inggris.",
  },
  words: {
    Direction: "ltr",

    Heading: "Ngobrol dengan orang asing.\nTanpa jejak.",
    Lead:
      "Kamu dipasangkan dengan orang secara acak. Tanpa akun, tanpa cookie, dan hanya kalian berdua yang bisa membaca pesan kalian.",
    Interests: "Minat",
    InterestsHint: "Opsional. Awalnya kami mencari orang yang punya minat yang sama.",
    InterestsChosen: "Minat yang dipilih",
    RemoveInterest: "Hapus {interest}",
    InterestsFull: "Maksimal sepuluh",
    InterestsExample: "musik, mendaki, film",
    Languages: "Bahasamu",
    LanguagesHint: "Dari browser kamu, dan tidak pernah disimpan.",
    AnyLanguage: "Orang dengan bahasa apa pun boleh.",
    AddLanguage: "Tambah bahasa",
    Adult: "Usiaku 18 tahun atau lebih",
    AdultFirst: "Konfirmasi usiamu dulu. Situs ini hanya untuk orang dewasa.",
    StartText: "Mulai obrolan teks",
    StartVideo: "Mulai obrolan video",
    Online: { other: "Ada {count} orang di sini sekarang" },
    Insecure:
      "Halaman ini dibuka lewat koneksi yang tidak terenkripsi. Obrolan tidak akan bersifat pribadi, jadi tidak bisa dimulai di sini.",
    OpenSecure: "Buka halaman yang aman",
    Language: "Bahasa",
    LanguageFailed: "Bahasa ini belum bisa dimuat. Mencoba lagi…",
    Dark: "Mode gelap",
    Links: {
      label: "Tentang situs ini",
      privacy: "Privasi",
      statistics: "Statistik",
      transparency: "Transparansi",
      rules: "Aturan obrolan",
      contact: "Kontak",
    },

    Unreachable: "Server sedang tidak bisa dihubungi. Mencoba lagi…",
    Filtered: "Server merespons, tetapi koneksi obrolan tidak tersambung. Coba jaringan lain.",
    Refused: {
      full: "Server sedang penuh. Mencoba lagi…",
      misconfigured: "Situs ini belum disetel dengan benar. Mencoba lagi…",
      "too-many-connections":
        "Terlalu banyak orang terhubung dari jaringanmu saat ini. Mencoba lagi…",
      reported: "Kamu diblokir sampai {time}.",
      flooding: "Kamu diblokir sampai {time}.",
      denied: "Pengelola situs ini memblokir alamat IP kamu.",
    },
    Blocked: {
      reported:
        "Beberapa orang melaporkan seseorang yang memakai alamat IP kamu. Blokir berakhir otomatis, dan catatannya tidak disimpan.",
      flooding:
        "Terlalu banyak koneksi dari alamat IP kamu. Blokir berakhir otomatis, dan catatannya tidak disimpan.",
      denied: "Alamat itu tetap diblokir sampai pengelola membuka blokirnya.",
    },
    BlockedWait:
      "Halaman ini boleh dibiarkan terbuka: akan tersambung lagi begitu blokir berakhir.",
    BlockedHelp: "Yang bisa kamu lakukan",

    Looking: "Mencari orang…",
    Cancel: "Batal",
    Checking: "Sedang sangat ramai, jadi perangkatmu melakukan pemeriksaan singkat dulu.",
    VeryFast:
      "Terlalu banyak pencarian dalam waktu singkat. Yang ini akan berlanjut otomatis sebentar lagi.",
    Quiet:
      "Sedang sepi. Tetap di sini atau pindah tab: kamu akan mendengar bunyi saat ada yang datang.",
    QuietSilent:
      "Sedang sepi. Tetap di sini atau pindah tab: judulnya berubah saat ada yang datang.",
    Usually: "Biasanya cuma sebentar.",
    WhoLikes: "Diutamakan yang suka {interests}.",
    WhoSpeaks: "Diutamakan yang bisa berbahasa {languages}.",
    WhoSpeaksAndLikes: "Diutamakan yang bisa berbahasa {languages} dan suka {interests}.",
    WhoSpeaksOrLikes: "Sekarang yang bisa berbahasa {languages} atau suka {interests}.",
    Anyone: "Belum ada yang cocok, jadi kamu akan dipasangkan dengan siapa saja.",
    Reload: "Muat ulang halaman untuk bertemu lebih banyak orang.",
    Notify: "Beri tahu aku saat ada yang datang atau menulis",
    NotifyHint: "Hanya saat halaman ini tidak terlihat, dan tanpa isi pesan.",
    NotifyBlocked: "Notifikasi diblokir. Izinkan untuk situs ini di setelan browser.",
    Happened: { arrival: "Ada orang yang datang", message: "Pesan baru" },

    Chat: "Obrolan",
    Conversation: "Percakapan",
    Messages: "Daftar pesan",
    YouSay: "Kamu:",
    StrangerSays: "Lawan bicara:",
    NotSent: "Tidak terkirim:",
    Notices: {
      "began": "Sekarang kamu ngobrol dengan orang asing yang dipilih secara acak.",
      "you-left": "Kamu sudah keluar dari obrolan.",
      "stranger-left": "Lawan bicara sudah keluar dari obrolan.",
      "connection-lost": "Koneksimu terputus, jadi obrolan berakhir.",
      "blocked": "Kamu diblokir karena beberapa orang melaporkanmu.",
      "restart": "Server akan dimulai ulang, jadi obrolan ini akan berakhir.",
      "not-secured": "Obrolan ini tidak bisa dienkripsi, jadi diakhiri.",
      "tampered": "Ada yang diubah atau hilang dalam perjalanan kepadamu dan tidak ditampilkan.",
      "again": "Kamu ngobrol lagi dengan orang yang sama.",
      "text-only": "Di sini hanya bisa mengirim teks.",
      "report-taken": "Laporanmu sudah diterima. Terima kasih.",
      "stranger-declined": "Lawan bicara lebih suka lanjut lewat teks.",
      "direct-refused":
        "Panggilan tidak dimulai: alamat IP kamu akan terlihat, dan kamu menonaktifkan panggilan seperti itu.",
      "call-over": "Panggilan sudah berakhir.",
      "unable": "Browser ini tidak bisa melakukan panggilan video.",
      "stranger-unable": "Browser lawan bicara tidak bisa melakukan panggilan video.",
      "own-tab": "Ini tab kamu yang lain.",
    },
    BothLike: "Kalian sama-sama suka {interests}.",
    BothSpeak: "Kalian sama-sama berbahasa {languages}.",
    NoSharedLanguage: "Tidak ditemukan bahasa yang sama.",
    MetBefore: "Kalian baru saja bertemu. Belum ada orang lain sekarang.",
    Dropped: "Koneksimu terputus. Menyambung lagi…",
    StrangerDropped: "Koneksi lawan bicara terputus. Mungkin dia akan kembali.",
    StrangerBack: "Lawan bicara sudah kembali.",
    StrangerTypes: "Lawan bicara sedang mengetik…",
    Held: "Pesanmu belum sampai. Kamu bisa mengirim lagi setelah sampai.",
    LinkOpens: "Membuka {host}. Situs itu akan melihat alamat IP kamu.",
    Open: "Buka",
    Copy: "Salin",
    Copied: "Disalin",
    Delivered: "Sampai",
    NotDelivered: "Belum sampai",
    SaveChat: "Simpan",
    BeginningMissing: "Di sini hanya ada pesan terbaru. Bagian awalnya tidak ada.",
    VideoCall: "Video",
    SoundOn: "Bersuara",
    SoundOff: "Senyap",
    Newer: "Pesan baru: {count}",
    Message: "Pesan",
    WriteMessage: "Tulis pesan",
    Left: { other: "Sisa {count}" },
    Send: "Kirim",
    Stop: { talking: "Keluar", asking: "Yakin?", over: "Obrolan baru" },
    PressAgain: "Tekan sekali lagi untuk keluar dari obrolan ini.",
    ChangeInterests: "Ubah minat",
    Again: "Ngobrol lagi",
    WantsAgain: "Lawan bicara ingin ngobrol lagi.",
    NextChat: "Obrolan berikutnya segera dimulai.",
    Stay: "Tetap di sini",
    AutoNext: "Mulai obrolan berikutnya secara otomatis",

    Agreeing: "Menyiapkan enkripsi…",
    Encrypted: "Terenkripsi end-to-end",
    Compare:
      "Jika lawan bicara melihat empat gambar yang sama dengan urutan yang sama, tidak ada siapa pun di tengah yang bisa membaca obrolan kalian, termasuk server ini. Cocokkan lewat suara, atau beri petunjuk dengan kata-kata sendiri yang tidak bisa diubah mesin.",
    Suite:
      "Kunci berasal dari {suite}. Rekaman obrolan terenkripsi hanya bisa dibaca jika keduanya dibobol.",
    Unprotected: "Yang tidak bisa dicegah enkripsi",
    Comma: ", ",
    Pictures:
      "gurita, kaktus, balon, sepeda, lemon, kunci, jangkar, topi, kura-kura, jamur, bulan, lonceng, wortel, gitar, rubah, kaus kaki, lebah, piza, layang-layang, magnet, gajah, pelangi, perahu, drum, penguin, ceri, lilin, puzzle, jerapah, jagung, roket, dadu, paus, donat, patung, kompas, burung hantu, semangka, gunting, terompet, siput, gunung api, traktor, kursi, unta, pretzel, jam, sasaran, kupu-kupu, daun, kastel, keju, katak, alpukat, kereta, tanaman, kepiting, roti, tenda, biola, kumbang, telur, pulau, tangga",

    Report: "Laporkan",
    Reported: "Dilaporkan",
    WhatIsWrong: "Apa masalahnya?",
    OnlyReason: "Hanya alasannya yang dikirim, percakapannya tidak pernah.",
    Reasons: {
      underage: "Tampak di bawah umur",
      sexual: "Konten seksual yang tidak diinginkan",
      harassment: "Pelecehan atau ancaman",
      spam: "Spam atau iklan",
      other: "Lainnya",
    },
    NeverMind: "Tidak jadi",
    LooksAutomated: "Lawan bicara ini tampak seperti bot",
    Signs: {
      link: "Pesan pertamanya berisi tautan.",
      repeated: "Orang sebelumnya mengirim teks yang sama.",
      speed: "Tidak ada orang yang bisa mengetik secepat itu.",
    },
    MayBeWrong: "Hanya halaman ini yang menyadarinya, dan bisa saja keliru.",
    ReportStranger: "Laporkan orang ini",
    Dismiss: "Tutup",

    HowYouLook: "Beginilah kamu akan terlihat",
    HowLoud: "Level mikrofon",
    TryAgain: "Coba lagi",
    Camera: "Kamera",
    Microphone: "Mikrofon",
    Choices: {
      cameraOff: "Mulai dengan kamera mati",
      muted: "Mulai dengan mikrofon mati",
      blur: "Buramkan video orang asing sampai aku memilih melihatnya",
      keepCamera: "Biarkan kameraku menyala di antara obrolan",
      direct: "Izinkan panggilan yang memperlihatkan alamat IP-ku, tetapi tanya dulu",
    },
    MoreChoices: "Opsi lainnya",
    Back: "Kembali",
    Devices: {
      camera: {
        opening: "Browser sedang meminta izin untuk memakai kameramu.",
        off: "Kameramu mati.",
        denied:
          "Akses kamera diblokir. Izinkan untuk situs ini di setelan browser, atau lanjutkan tanpa kamera.",
        missing: "Kamera tidak ditemukan. Pasang satu, atau lanjutkan tanpa kamera.",
        busy:
          "Aplikasi lain sedang memakai kameramu. Tutup aplikasi itu dan coba lagi, atau lanjutkan tanpa kamera.",
        unsupported:
          "Browser ini tidak mengizinkan halaman ini memakai kamera. Kamu bisa lanjut tanpa kamera.",
        interrupted:
          "Aplikasi lain atau sakelar menjeda kameramu. Kamera akan menyala lagi otomatis.",
      },
      microphone: {
        opening: "Browser sedang meminta izin untuk memakai mikrofonmu.",
        off: "Mikrofonmu mati.",
        denied:
          "Akses mikrofon diblokir. Izinkan untuk situs ini di setelan browser, atau lanjutkan tanpa mikrofon.",
        missing: "Mikrofon tidak ditemukan. Pasang satu, atau lanjutkan tanpa mikrofon.",
        busy:
          "Aplikasi lain sedang memakai mikrofonmu. Tutup aplikasi itu dan coba lagi, atau lanjutkan tanpa mikrofon.",
        unsupported:
          "Browser ini tidak mengizinkan halaman ini memakai mikrofon. Kamu bisa lanjut tanpa mikrofon.",
        interrupted:
          "Aplikasi lain atau sakelar menjeda mikrofonmu. Mikrofon akan menyala lagi otomatis.",
      },
    },

    Call: "Panggilan",
    OneMoment: "Sebentar…",
    StrangerWants: "Lawan bicara mengajak panggilan video",
    ShowAddresses: "Saling memperlihatkan alamat IP?",
    Directly:
      "Panggilan langsung memperlihatkan alamat IP kamu kepada lawan bicara, dan alamatnya kepadamu. Panggilan hanya dimulai jika kalian berdua setuju.",
    ByRelay:
      "Panggilan lewat server perantara, jadi kalian tidak saling mengetahui alamat IP. Kamera dan mikrofon dimulai sesuai setelanmu.",
    CallDirectly: "Panggil langsung",
    JoinCall: "Gabung panggilan",
    StayWithText: "Tetap pakai teks",
    WaitingForStranger: "Menunggu lawan bicara bergabung…",
    NoCall: "Panggilan gagal",
    Failures: {
      "no-route":
        "Perangkatmu dan perangkat lawan bicara tidak bisa tersambung. Beberapa jaringan memblokir panggilan langsung.",
      "no-relay":
        "Server perantara panggilan penuh, atau setidaknya salah satu dari kalian tidak bisa menghubunginya.",
      "too-fast": "Terlalu banyak panggilan dalam waktu singkat. Tunggu sebentar.",
    },
    GoOnByText: "Lanjut lewat teks",
    StrangersPicture: "Video lawan bicara",
    YourPicture: "Videomu",
    ShowPicture: "Tampilkan video",
    Connecting: "Menyambungkan…",
    Broke: "Panggilan terputus. Menyambung lagi…",
    StrangerNoCamera: "Kamera lawan bicara mati.",
    StrangerNothing: "Kamera dan mikrofon lawan bicara mati.",
    StrangerMuted: "Mikrofon lawan bicara mati.",
    StrangerFrozen: "Video lawan bicara macet.",
    PlayStranger: "Putar video dan suara lawan bicara",
    Quality: { 1: "Koneksi: buruk", 2: "Koneksi: cukup", 3: "Koneksi: baik" },
    YourDevices: "Kamera dan mikrofon",
    CameraOn: "Kamera nyala",
    CameraOff: "Kamera mati",
    MicOn: "Mikrofon nyala",
    MicOff: "Mikrofon mati",
    More: "Lainnya",
    Volume: "Volume",
    StrangersSound: "Suara lawan bicara",
    SwapPictures: "Tukar video",
    FlipCamera: "Ganti kamera",
    PopOut: "Gambar dalam gambar",
    FullScreen: "Layar penuh",
    EndCall: "Akhiri",
  },
};
