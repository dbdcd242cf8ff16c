/** Japanese. */

import type { Catalogue } from "./catalogue.ts";

/** The Japanese catalogue. */
export const ja: Catalogue = {
  name: "日本語",
  frame: {
    description:
      "知らない誰かと文字やビデオで話せます。アカウントも Cookie も不要、エンドツーエンドで暗号化。",
    noScript:
      "チャットはブラウザーの中で動くため、JavaScript が必要です。このページで有効にしてください。コードはすべてこのページの中にあり、ほかの場所からは何も読み込みません。",
    notRunning:
      "チャットが動作していません。ページを再読み込みするか、別のブラウザーをお使いください。",
    englishOnly: "このページは英語版のみです。",
  },
  words: {
    Direction: "ltr",

    Heading: "知らない誰かと話そう。\n痕跡を残さずに。",
    Lead:
      "ランダムに選ばれた一人とつながります。アカウントも Cookie も不要で、書いたことを読めるのはお二人だけです。",
    Interests: "興味",
    InterestsHint: "任意です。最初の 5 秒間は、同じ興味を持つ人を探します。",
    InterestsChosen: "選択した興味",
    RemoveInterest: "{interest}を外す",
    InterestsFull: "10 個までです",
    InterestsExample: "音楽、ハイキング、映画",
    Adult: "18 歳以上です",
    AdultFirst: "先に年齢を確認してください。このサイトは成人専用です。",
    StartText: "テキストチャットを始める",
    StartVideo: "ビデオチャットを始める",
    Online: { other: "今ここに {count} 人います" },
    Insecure:
      "このページは暗号化されていない接続で開かれました。チャットの秘密を守れないため、ここでは始められません。",
    OpenSecure: "安全なページを開く",
    Language: "言語",
    LanguageFailed: "この言語を今は読み込めません。再試行しています…",
    Links: {
      label: "このサイトについて",
      privacy: "プライバシー",
      statistics: "統計",
      transparency: "透明性",
      rules: "チャットのルール",
      contact: "連絡先",
    },

    Unreachable: "今はサーバーに接続できません。再試行しています…",
    Filtered:
      "サーバーは応答していますが、チャットの接続が通りません。別のネットワークなら使えるかもしれません。",
    Refused: {
      full: "今は満員です。再試行しています…",
      misconfigured: "このサイトの設定に問題があります。再試行しています…",
      "too-many-connections": "同じネットワークから接続している人が多すぎます。再試行しています…",
      reported: "{time} まで利用が停止されています。",
      flooding: "{time} まで利用が停止されています。",
      denied: "運営者がこの IP アドレスの利用を停止しています。",
    },
    Blocked: {
      reported:
        "この IP アドレスを使う誰かが、複数の人から通報されました。停止は自動的に解除され、記録は何も残りません。",
      flooding:
        "この IP アドレスからの接続が多すぎました。停止は自動的に解除され、記録は何も残りません。",
      denied: "運営者が停止を解除するまで利用できません。",
    },
    BlockedWait: "このページは開いたままで大丈夫です。停止が解除されると自動的に再接続します。",
    BlockedHelp: "できること",

    Looking: "相手を探しています…",
    Cancel: "キャンセル",
    Checking: "今とても混み合っているため、先にこの端末で簡単な確認を行っています。",
    VeryFast: "短い時間に検索が多すぎました。まもなく自動的に続きます。",
    Quiet:
      "今は人が少ないようです。このままでも、別のタブを見ていても大丈夫です。誰か来たら音でお知らせします。",
    QuietSilent:
      "今は人が少ないようです。このままでも、別のタブを見ていても大丈夫です。誰か来たらタイトルが変わります。",
    Usually: "たいていはすぐに見つかります。",
    WhoLikes: "{interests}が好きな人を優先します。",
    Anyone: "同じ興味を持つ人が今はいないため、興味を問わずに探しています。",

    Chat: "チャット",
    Conversation: "会話",
    Messages: "メッセージ",
    YouSay: "あなた：",
    StrangerSays: "相手：",
    NotSent: "未送信：",
    Notices: {
      "began": "知らない誰かとのチャットが始まりました。",
      "you-left": "チャットを終了しました。",
      "stranger-left": "相手がチャットを終了しました。",
      "connection-lost": "接続が切れたため、チャットは終了しました。",
      "blocked": "複数の人から通報されたため、利用が停止されました。",
      "restart": "まもなくサーバーが再起動し、このチャットも終了します。",
      "not-secured": "このチャットは暗号化できなかったため、終了しました。",
      "tampered": "途中で変更されたか失われたものがあり、表示されません。",
      "text-only": "ここで送れるのは文字だけです。",
      "report-taken": "通報を受け付けました。ありがとうございます。",
      "stranger-declined": "相手は文字での会話を続けたいそうです。",
      "direct-refused":
        "通話は始まりませんでした。IP アドレスが相手に知られる通話を、設定でオフにしているためです。",
      "call-over": "通話が終了しました。",
      "unable": "このブラウザーではビデオ通話ができません。",
      "stranger-unable": "相手のブラウザーではビデオ通話ができません。",
      "own-tab": "これはあなたの別のタブです。",
    },
    BothLike: "お二人とも{interests}が好きです。",
    MetBefore: "先ほども出会った相手です。今はほかに相手がいません。",
    Dropped: "接続が切れました。再接続しています…",
    StrangerDropped: "相手の接続が切れました。戻ってくるかもしれません。",
    StrangerBack: "相手が戻ってきました。",
    StrangerTypes: "相手が入力しています…",
    Held: "メッセージがまだ届いていません。届いたら続きを送れます。",
    LinkOpens: "{host} を開きます。そのサイトにはあなたの IP アドレスが見えます。",
    Open: "開く",
    Copy: "コピー",
    Delivered: "配信済み",
    NotDelivered: "未配信",
    SaveChat: "保存",
    BeginningMissing: "ここにあるのは新しいメッセージだけです。最初の部分はありません。",
    VideoCall: "ビデオ通話",
    SoundOn: "音オン",
    SoundOff: "音オフ",
    Newer: "新着メッセージ：{count}",
    Message: "メッセージ",
    WriteMessage: "メッセージを書く",
    Left: { other: "残り {count} 文字" },
    Send: "送信",
    Stop: { talking: "終了", asking: "本当に終了？", over: "新しいチャット" },
    PressAgain: "もう一度押すとこのチャットを離れます。",
    ChangeInterests: "興味を変える",

    Agreeing: "暗号化を準備しています…",
    Encrypted: "エンドツーエンド暗号化",
    Compare:
      "相手にも同じ四つの絵が同じ順番で見えていれば、このサーバーも含めて、途中の誰にもチャットは読めません。声で確かめるか、機械には書き換えられないような自分の言葉のヒントで確かめてください。",
    Unprotected: "これでは防げないこと",
    Comma: "、",
    Pictures:
      "たこ、サボテン、風船、自転車、レモン、鍵、いかり、帽子、かめ、きのこ、月、ベル、にんじん、ギター、きつね、靴下、みつばち、ピザ、凧、磁石、ぞう、虹、ヨット、太鼓、ペンギン、さくらんぼ、ろうそく、パズル、きりん、とうもろこし、ロケット、さいころ、くじら、ドーナツ、石像、方位磁石、ふくろう、すいか、はさみ、トランペット、かたつむり、火山、トラクター、椅子、らくだ、プレッツェル、時計、的、ちょうちょ、葉っぱ、お城、チーズ、かえる、アボカド、電車、観葉植物、かに、パン、テント、バイオリン、てんとう虫、たまご、島、はしご",

    Report: "通報",
    Reported: "通報済み",
    WhatIsWrong: "何が問題ですか？",
    OnlyReason: "送られるのは理由だけで、会話は決して送られません。",
    Reasons: {
      underage: "18 歳未満と思われる",
      sexual: "望まない性的な内容",
      harassment: "嫌がらせや脅迫",
      spam: "スパムや宣伝",
      other: "その他",
    },
    NeverMind: "やめる",

    HowYouLook: "このように映ります",
    HowLoud: "マイクの音量",
    TryAgain: "もう一度試す",
    Camera: "カメラ",
    Microphone: "マイク",
    Choices: {
      cameraOff: "カメラをオフにして始める",
      muted: "マイクをオフにして始める",
      blur: "見ると決めるまで相手の映像をぼかす",
      keepCamera: "次のチャットまでカメラをオンのままにする",
      direct: "IP アドレスが相手に知られる通話を、毎回確認したうえで許可する",
    },
    MoreChoices: "そのほかの設定",
    Back: "戻る",
    Devices: {
      camera: {
        opening: "ブラウザーがカメラの使用許可を求めています。",
        off: "カメラはオフです。",
        denied:
          "カメラの使用がブロックされています。ブラウザーの設定でこのサイトに許可するか、カメラなしで続けてください。",
        missing: "カメラが見つかりません。接続するか、カメラなしで続けてください。",
        busy:
          "ほかのアプリがカメラを使っています。閉じてからもう一度試すか、カメラなしで続けてください。",
        unsupported: "このブラウザーではカメラを使えません。カメラなしで続けられます。",
        interrupted: "ほかのアプリまたはスイッチがカメラを一時停止しています。自動的に再開します。",
      },
      microphone: {
        opening: "ブラウザーがマイクの使用許可を求めています。",
        off: "マイクはオフです。",
        denied:
          "マイクの使用がブロックされています。ブラウザーの設定でこのサイトに許可するか、マイクなしで続けてください。",
        missing: "マイクが見つかりません。接続するか、マイクなしで続けてください。",
        busy:
          "ほかのアプリがマイクを使っています。閉じてからもう一度試すか、マイクなしで続けてください。",
        unsupported: "このブラウザーではマイクを使えません。マイクなしで続けられます。",
        interrupted: "ほかのアプリまたはスイッチがマイクを一時停止しています。自動的に再開します。",
      },
    },

    Call: "通話",
    OneMoment: "少々お待ちください…",
    StrangerWants: "相手がビデオ通話を希望しています",
    ShowAddresses: "お互いの IP アドレスを知らせますか？",
    Directly:
      "直接の通話では、あなたの IP アドレスが相手に、相手のものがあなたに見えます。双方が同意したときだけ始まります。",
    ByRelay:
      "通話は中継サーバーを通るので、お互いの IP アドレスは知られません。カメラとマイクは設定どおりに始まります。",
    CallDirectly: "直接通話する",
    JoinCall: "通話に参加",
    StayWithText: "文字のまま続ける",
    WaitingForStranger: "相手の参加を待っています…",
    NoCall: "通話に失敗しました",
    Failures: {
      "no-route":
        "お互いの端末を接続できませんでした。直接の通話をブロックするネットワークもあります。",
      "no-relay": "通話の中継サーバーが満員か、少なくとも一方が接続できません。",
      "too-fast": "短い時間に通話が多すぎました。少しお待ちください。",
    },
    GoOnByText: "文字で続ける",
    StrangersPicture: "相手の映像",
    YourPicture: "あなたの映像",
    ShowPicture: "映像を見る",
    Connecting: "接続しています…",
    Broke: "通話が途切れました。再接続しています…",
    StrangerNoCamera: "相手のカメラはオフです。",
    StrangerNothing: "相手のカメラとマイクはオフです。",
    StrangerMuted: "相手はマイクをオフにしています。",
    StrangerFrozen: "相手の映像が止まっています。",
    PlayStranger: "相手の映像と音声を再生",
    Quality: { 1: "接続：悪い", 2: "接続：普通", 3: "接続：良い" },
    YourDevices: "カメラとマイク",
    CameraOn: "カメラオン",
    CameraOff: "カメラオフ",
    MicOn: "マイクオン",
    MicOff: "マイクオフ",
    More: "その他",
    Volume: "音量",
    StrangersSound: "相手の音声",
    SwapPictures: "映像を入れ替える",
    FlipCamera: "カメラを切り替える",
    PopOut: "ピクチャーインピクチャー",
    FullScreen: "全画面",
    EndCall: "通話を終える",
  },
};
